#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "pico/core/time.hpp"
#include "pico/event/enriched.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/writer/errors.hpp"
#include "pico/writer/validity.hpp"
#include "pico/writer/writer.hpp"

/// Many events in one transaction, without the journal: for callers who can send them again and wait for the commit.
namespace pico::writer {

/// What an event handed in by µAnalytics' API has besides: becomes a row of pico.micro_visits.
struct MicroFields {
  std::string_view name;            ///< the item's `event`; may be blank
  std::string_view platform;        ///< by the API's names (`Apple Mac`); blank: not known
  std::string_view referer_domain;  ///< host and port; blank: none
  std::string_view country;         ///< ISO 3166-1 alpha-2 in lower case; blank: not known
  std::int64_t who = 0;             ///< pseudonym of who came; two items are of the same when it is the same
  std::string_view ip;              ///< blank: not kept. Kept only if the site's settings say so when it is written
};

/// Of kinds that are rows (event::is_row) `micro` is stored, of others it is ignored.
struct BulkEvent {
  event::Enriched event;
  std::optional<MicroFields> micro;
};

/// Where the events come from. Belongs to the thread that calls write(), and is used only there.
class BulkSource {
 public:
  virtual ~BulkSource() = default;
  /// To the beginning: called before each pass. There are at least two (the first only looks), and one more for every time that the
  /// transaction has to be repeated. Every pass must give the same events.
  virtual void rewind() = 0;
  /// The next events (some thousand); empty: that was all. Their texts live until the next call or rewind(). What it throws ends the
  /// write, of which nothing is stored then.
  virtual std::span<const BulkEvent> next() = 0;
};

/// A step of something that is done in many transactions and must be resumable: moved in the same transaction (pico.ingest_checkpoint).
/// Epoch and shard name the task for ever, so choose an epoch that no journal has: at random, or a hash of what the task is.
struct BulkStep {
  storage::Epoch epoch{};
  std::uint8_t shard = 0;
  std::uint64_t expected = 0;  ///< where the checkpoint must stand
  std::uint64_t target = 0;    ///< where it stands afterwards
};

/// Postgres went away during the commit and has not come back in time, or stop() came first: the events are stored, or they are not. Whoever
/// has a step asks for its position() later.
class OutcomeUnknown : public storage::DatabaseError {
 public:
  explicit OutcomeUnknown(const storage::DatabaseError& last)
      : DatabaseError(last.sqlstate(), true, std::string("a commit was not answered, and what came of it cannot be seen: ") + last.what()) {}
};

struct BulkResult {
  std::uint64_t events = 0;            ///< that were stored: all but those of unknown sites
  std::uint64_t visits_written = 0;    ///< rows of visits that were made or changed
  std::uint64_t of_unknown_sites = 0;  ///< not stored, since Options::make_sites is off and there is no such site
};

/// Stores many events at a time. Visits become what they would be had the events come through the journal: one and the same visitor's
/// events may be written here and by a Writer at the same time. A site that is missing is made (Options::make_sites), also one that was
/// removed before, whatever the dates of the events.
///
/// Thread-safe. A write whose source has more than one piece takes turns with others of the same sites, and of sites that share one of 64
/// lanes with them. One of a single piece does not: it waits only while others hold a visitor of its own, or make a word or a site that it
/// needs. Owns up to `sessions` connections (opened when needed, kept); more callers wait for one. Of Options it uses those of the database,
/// the partitions, the session timeout, the sites, the caches, and uncertain_at_most. Registry and clock must outlive it.
///
/// Memory: a few MB for a chunk of events, and 24 bytes for each visitor of a day that is touched, up to a million of them (beyond, who
/// keeps figures of the days is told that anything in them may have changed).
class BulkWriter {
 public:
  BulkWriter(Options options, std::size_t sessions, metrics::Registry& registry, const Clock& clock);
  /// stop(). No call may be under way any more.
  ~BulkWriter();
  BulkWriter(const BulkWriter&) = delete;
  BulkWriter& operator=(const BulkWriter&) = delete;

  /// All or nothing, committed when it returns. Blocks for as long as it takes: some 10 µs an event.
  ///
  /// Throws storage::DatabaseError (Postgres is away, or refuses data), InvalidEvent, or CheckpointMoved when the checkpoint of the step does
  /// not stand at `expected`: then nothing is stored. Serialization failures, deadlocks and a lost connection are tried again a few times. A
  /// commit whose answer was lost is looked after for Options::uncertain_at_most, and counts once; only then OutcomeUnknown is thrown.
  BulkResult write(BulkSource& source, std::optional<BulkStep> step = {});

  /// Where that checkpoint stands; 0: never moved. Throws storage::DatabaseError.
  std::uint64_t position(const storage::Epoch& epoch, std::uint8_t shard);

  /// Ends what runs, at once, with DatabaseErrors; all later calls throw one.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::writer
