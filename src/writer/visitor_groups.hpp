#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "batch.hpp"
#include "pico/storage/ingest.hpp"
#include "sessionizer.hpp"
#include "visit_cache.hpp"
#include "word_book.hpp"

namespace pico::writer {

/// The rows of visits that a batch changes: its records grouped by visitor-day and cut into visits. Lives for one attempt at one
/// transaction. Records and the rest must outlive it.
class VisitorGroups {
 public:
  /// site_of: the site of each record, 0 for those that become no rows. They and those that are opted out belong to no group.
  VisitorGroups(std::span<const Record> records, std::span<const storage::SiteId> site_of, WordBook& words,
                std::chrono::milliseconds timeout);

  /// Cuts the visits of every group upon what the cache remembers and writes their heads; those that somebody else has changed
  /// are read and cut again.
  void write(storage::Ingest::Batch& batch, VisitCache& cache);

  /// The ids of the records' visits; 0 for records of no group. After write().
  [[nodiscard]] const std::vector<std::int64_t>& visit_ids() const { return visit_ids_; }
  [[nodiscard]] const std::vector<storage::WordId>& pages() const { return pages_; }
  [[nodiscard]] std::size_t cache_hits() const { return cache_hits_; }
  [[nodiscard]] std::size_t refused() const { return refused_; }
  [[nodiscard]] std::size_t size() const { return groups_.size(); }

  /// The visitor-days of which rows were written, in key order. After write().
  [[nodiscard]] std::vector<storage::VisitorDay> changed() const;

  /// Hands the written visits to the cache. After the commit.
  void remember(VisitCache& cache);

 private:
  struct Group {
    storage::VisitorDay key;
    std::size_t first_hit = 0, hits = 0;
    bool pings_only = true;
    storage::StoredVisits before;  // what the cut was made upon
    Sessions sessions;
    std::int16_t rev = 0;  // the head's, once written
  };

  void collect(std::span<const storage::SiteId> site_of);
  void cut(Group& group);
  /// Returns the groups whose head was refused.
  std::vector<Group*> write_heads(storage::Ingest::Batch& batch, std::span<Group* const> groups);
  void write_others(storage::Ingest::Batch& batch);

  std::span<const Record> records_;
  WordBook& words_;
  const std::chrono::milliseconds timeout_;
  OriginOf origin_of_;
  std::vector<storage::WordId> pages_;  // per record
  std::vector<Hit> hits_;               // of all groups, one group after the other
  std::vector<Group> groups_;           // in key order
  std::vector<std::int64_t> visit_ids_;
  std::size_t cache_hits_ = 0, refused_ = 0;
};

}  // namespace pico::writer
