#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pico/core/hash.hpp"
#include "pico/core/time.hpp"
#include "pico/enrich/enricher.hpp"
#include "pico/http/pipes.hpp"
#include "pico/http/response.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/writer/bulk_writer.hpp"

namespace pico::api {

struct MicroInsertOptions {
  std::vector<std::string> pageviews;  ///< events that are pageviews, besides those without a name
  bool unique_by_day = false;          ///< who came is the visitor of the day, instead of the address for ever
  bool make_sites = true;              ///< false: items of sites that are not there are refused
  unsigned threads = 8;                ///< that read and store lists, each one list at a time; may be more than their writer has sessions
  std::size_t max_waiting_lists = 32;
  std::size_t max_waiting_items = 2'000;               ///< visits handed in alone; so many at most are written in one transaction
  std::size_t max_waiting_item_bytes = 16u << 20;      ///< of their bodies
  std::filesystem::path spool_directory;               ///< where long lists wait, in files without names
  std::uint64_t min_free_bytes = 0;                    ///< room that they leave on that disk
  HashKey caller_key, past_key;                        ///< the install keys `micro_key` and `past_key`
};

/// Two that share no session, so that lists hold up nobody who hands in a visit alone.
struct MicroWriters {
  writer::BulkWriter& items;  ///< of visits that come alone; needs one session
  writer::BulkWriter& lists;
};

/// Takes what µAnalytics' API inserts: reads it, enriches it and stores it with one transaction a request, committed when it is answered.
///
/// Owns its threads: one (`micro-item`) for visits that are handed in alone, all that wait in one transaction, and `threads`
/// (`micro-list-N`) for lists, which are read while they come in. All functions are thread-safe. What is given to the constructor by
/// reference must outlive it.
class MicroInserts {
 public:
  /// Called once, from any thread; must not block.
  using Answer = std::function<void(http::Response)>;

  MicroInserts(MicroInsertOptions options, MicroWriters writers, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts,
               const enrich::Sites& sites, metrics::Registry& registry, const Clock& clock);
  /// stop()
  ~MicroInserts();
  MicroInserts(const MicroInserts&) = delete;
  MicroInserts& operator=(const MicroInserts&) = delete;

  /// `POST /{website}`: one visit. `website` is percent-decoded.
  void insert_item(const std::string& website, std::string body, Answer answer);
  /// `POST /{website}/bulk`, and `POST /bulk` when no website is given: then each item says its own.
  void insert_list(const std::optional<std::string>& website, std::shared_ptr<http::BodyPipe> body, Answer answer);

  /// Refuses what waits and what comes, and ends what is under way; what Postgres has not taken after 2 s is cut off (BulkWriter::stop()).
  /// The listeners have been stopped before: bodies end then.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::api
