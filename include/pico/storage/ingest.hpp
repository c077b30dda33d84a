#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/hash.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/day_changes.hpp"
#include "pico/storage/ingest_rows.hpp"
#include "pico/storage/partitions.hpp"

/// The SQL side of the writer: what reads checkpoints and writes one batch in one transaction. Everything is bulk: arrays or
/// COPY, in Postgres' binary form. Belongs to one thread at a time. All functions throw DatabaseError; the batch is then rolled
/// back by its destructor.
namespace pico::storage {

using Epoch = std::array<std::uint8_t, 16>;
/// Who writes an epoch: the folder that its journal is in, at each start the same, and another one for a copy of it.
using Owner = std::array<std::uint8_t, 16>;
/// An owner that has not been heard of for so long may be gone for good.
inline constexpr std::chrono::seconds owner_silence{60};

/// A checkpoint's move. It only happens when the checkpoint stands at `expected` and is still ours.
struct Advance {
  std::uint8_t shard = 0;
  std::uint64_t expected = 0, target = 0;
};

struct SiteName {
  std::string_view domain;
  std::string_view time_zone;  ///< of the site, if it has to be made
};

/// What Postgres knows of a domain.
struct FoundSite {
  SiteId id = 0;                         ///< 0: there is no such site
  Instant takes_from = Instant::min();   ///< events dated before are of a site of that domain that was removed
};

struct FoundSites {
  std::vector<FoundSite> sites;
  /// Another than before: words known to be in Postgres may be about to go. Forget which those are.
  std::string word_generation;
};

struct DeadLetter {
  std::uint64_t sequence = 0;
  std::string_view sqlstate;  ///< or the writer's own reason
  std::span<const std::byte> payload;
};

/// All that is stored of a visitor-day. rev is the head's; 0: there is no row.
struct StoredVisits {
  std::int16_t rev = 0;
  std::vector<Visit> visits;
};

/// The revision that follows. Stored ones are 1–32767 and wrap round.
constexpr std::int16_t next_rev(std::int16_t rev) {
  return rev == 32767 ? std::int16_t{1} : static_cast<std::int16_t>(rev + 1);
}

/// The rows that a batch wrote, for the metrics.
struct RowCounts {
  std::size_t visits = 0, events = 0, details = 0, engagement = 0, words = 0, merged = 0, micro = 0;
};

/// A session with Postgres that has the writer's statements prepared. Owns the connection.
class Ingest {
 public:
  /// Reads the key of the words; the first instance ever makes it.
  explicit Ingest(Connection connection, int hash_parts = default_hash_parts, const Owner& owner = {});
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  [[nodiscard]] const HashKey& word_key() const;

  /// How far each of the shards is, which are the owner's from now on; shards not seen before start at 0. nullopt: another owner has
  /// one of them, and has moved it or claimed it within owner_silence. Claim again from time to time while nothing moves.
  /// Rows of epochs that are done stay for ever (16 small ones for each start of a server): a copy or a backup of a data directory may
  /// bring an epoch back at any time, and it must not count twice.
  std::optional<std::vector<std::uint64_t>> claim(const Epoch& epoch, std::span<const std::uint8_t> shards);
  /// The owner has no more to write: others need not wait.
  void release(const Epoch& epoch, std::span<const std::uint8_t> shards);

  /// Makes sure, before a batch, that facts of these days have a partition to go to. One quick query when they all have.
  void ensure_partitions(std::span<const Day> days);

  class Batch;
  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

/// One transaction. What is written is sorted by key here, so that concurrent batches wait for each other instead of deadlocking.
class Ingest::Batch {
 public:
  explicit Batch(Ingest& ingest);
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// The first step. False: a checkpoint is not ours or not where it was expected, so somebody else was here; roll back and claim it
  /// again.
  [[nodiscard]] bool advance(const Epoch& epoch, std::span<const Advance> advances);

  /// Waits until no other batch holds one of these lanes, and holds them until the batch ends: for batches of many statements, which would
  /// lock the same rows in different orders otherwise. In rising order.
  void take_turns(std::span<const std::int32_t> lanes);

  /// In the order of the domains, which are distinct. The sites that are found stay until the batch ends.
  FoundSites find_sites(std::span<const std::string_view> domains);
  /// Makes sites that were not found (another instance may have been quicker). Distinct; returns the ids in their order.
  std::vector<SiteId> make_sites(std::span<const SiteName> names);

  /// Writes the heads whose revision is the expected one. Result: per row the new revision, or 0: it was refused because somebody
  /// else changed the visitor-day. A refused row is locked from then on: read it, and a second attempt succeeds. Keys are
  /// distinct.
  std::vector<std::int16_t> write_heads(std::span<const HeadRow> heads);
  std::vector<StoredVisits> read_visits(std::span<const VisitorDay> keys);
  /// Visits other than heads. Their head was written before in this batch. Keys are distinct.
  void write_visits(std::vector<VisitRow> rows);
  void merge_visits(std::span<const MergeRow> merges);

  void write_words(Words words);
  void copy_events(std::span<const EventRow> rows);
  void copy_details(std::span<const DetailRow> rows);
  void copy_engagement(std::span<const EngagementRow> rows);
  void copy_micro(std::span<const MicroRow> rows);
  /// Keeps those of sites whose settings say so (storeIp), which cannot change until the batch ends; forgets the others.
  void add_micro_addresses(std::vector<MicroAddressRow> rows);
  void add_opt_outs(std::vector<OptOutRow> rows);
  void add_dead_letters(const Epoch& epoch, std::span<const DeadLetter> letters);

  /// storage::announce() of these visitor-days, which are all whose rows the batch has changed, distinct and in key order. The last
  /// step before commit().
  void announce(std::span<const VisitorDay> changed);
  /// The same of days of which anything may have changed, or some visitors.
  void announce(std::vector<DayChange> changes);

  /// With connection_lost() it is not known whether the batch took place; its checkpoints tell.
  void commit();

  [[nodiscard]] const RowCounts& rows() const { return rows_; }

 private:
  Ingest::Impl& ingest_;
  Transaction transaction_;
  RowCounts rows_;
};

/// Lets a checkpoint stand at 0 again, where it is there. For those of BulkWriter only: a journal's would be read again and counted twice.
void reset_checkpoint(Connection& connection, const Epoch& epoch, std::uint8_t shard);

}  // namespace pico::storage
