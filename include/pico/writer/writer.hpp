#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "pico/core/time.hpp"
#include "pico/event/enriched.hpp"
#include "pico/journal/journal.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/storage/ingest_rows.hpp"
#include "pico/storage/partitions.hpp"

/// Brings the journal's records into Postgres: every one exactly once, whatever dies in between.
namespace pico::writer {

struct Options {
  storage::ConnectOptions database;
  int hash_parts = storage::default_hash_parts;
  unsigned writers = 1;                            ///< threads, each with a connection; 1–16. May differ at every start
  std::size_t batch_max_events = 6400;             ///< a batch is written when it has so many; up to 4 times as many when lagging
  std::size_t batch_max_bytes = 16u << 20;         ///< … or when its payloads reach this
  std::chrono::milliseconds batch_max_delay{500};  ///< … or when its oldest record has been waiting for so long
  std::chrono::milliseconds ping_max_delay{30'000};      ///< the same for a batch of nothing but pings
  std::chrono::milliseconds session_timeout{1'800'000};  ///< at least 3 minutes
  storage::Owner owner{};  ///< identity of the journal's folder: writers with copies of a journal have another one
  bool make_sites = true;  ///< a domain without a site gets one; false: its events are dropped, and counted
  std::size_t cached_visitors = 200'000;        ///< visitor-days kept in memory, about 250 bytes each; all writers together
  std::size_t cached_words = 200'000;           ///< words known to be in Postgres, about 100 bytes each; all writers together
  std::uint64_t dead_letters_per_minute = 100;  ///< more than that, and the writer halts
  std::chrono::milliseconds first_retry{100}, last_retry{10'000};  ///< pauses between attempts double from one to the other
  std::chrono::milliseconds uncertain_at_most{60'000};  ///< BulkWriter: so long it looks after a commit that was not answered
};

/// An event whose transaction has just been committed.
struct Committed {
  const event::Enriched* event = nullptr;
  storage::SiteId site = 0;
  std::int64_t visit_id = 0;  ///< 0 for opted_out
};

/// Called on a writer's thread after each commit; the events live for the call. Must not block or throw. A commit whose answer
/// was lost on the way is not reported.
using OnCommitted = std::function<void(std::span<const Committed>)>;

enum class State : std::uint8_t {
  starting,  ///< no connection so far
  running,
  retrying,  ///< Postgres is away or refuses; tried again for ever
  halted,    ///< too many records were refused as data; a person has to look. Nothing is lost: the journal keeps the rest
  stopped,
};

/// Owns its threads and connections. Each thread owns a share of the 16 journal shards, so no visitor is worked on by two of
/// them. All functions are thread-safe. Journal, registry and clock must outlive it.
class Writer {
 public:
  Writer(Options options, journal::Journal& journal, metrics::Registry& registry, const Clock& clock,
         OnCommitted on_committed = {});
  /// Stops without waiting for Postgres.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Writes what is durable in the journal until that is done or the time is up, then ends the threads. What is left stays in the
  /// journal for the next start. The journal may have been stopped before.
  void stop(std::chrono::milliseconds at_most);

  /// The worst of the threads'.
  [[nodiscard]] State state() const;
  /// A sentence for /ready; empty when running.
  [[nodiscard]] std::string problem() const;
  /// Durable records that are not committed yet, of all epochs.
  [[nodiscard]] std::uint64_t lag() const;
  /// True once everything up to the sequence number is committed; false when the time is up. Batches are not held back meanwhile.
  bool wait_until_committed(const journal::EpochId& epoch, journal::Sequence sequence, std::chrono::milliseconds at_most);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::writer
