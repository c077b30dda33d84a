#include "pico/takeover/takeover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "columns.hpp"
#include "old_tables.hpp"
#include "pico/core/hash.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/storage/install.hpp"
#include "pico/storage/session_lock.hpp"
#include "pico/writer/bulk_writer.hpp"
#include "position.hpp"
#include "site_zones.hpp"
#include "sql.hpp"
#include "translator.hpp"

namespace pico::takeover {
namespace {

/// Two takeovers would only get in each other's way.
constexpr std::int64_t lock_id = 0x74616b656f766572;  // "takeover"

/// The events of one chunk.
class Chunk final : public writer::BulkSource {
 public:
  void add(const event::Enriched& event) { events_.push_back({event, std::nullopt}); }
  void clear() { events_.clear(), rewind(); }

  void rewind() override { read_ = false; }
  std::span<const writer::BulkEvent> next() override {
    if (read_) return {};
    read_ = true;
    return events_;
  }

 private:
  std::vector<writer::BulkEvent> events_;
  bool read_ = false;
};

/// Where the events of one moment that is as long as a whole outage are looked for before a chunk, in ids. What lies further back gives no
/// ranks: reading it again for every chunk would take longer and longer.
constexpr std::int64_t longest_moment = 200'000;

/// From where on the next chunk's ranks are counted: where the first moment of this one that may go on began. All of them may, as two old
/// servers' ids alternate.
std::int64_t next_ranked_from(const storage::Rows& rows) {
  auto from = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < rows.size(); ++i) from = std::min(from, rows.get<std::int64_t>(i, column::moment_began));
  return from;
}

/// One run. Belongs to the thread that runs it.
class Run {
 public:
  Run(const Options& options, const Observer& observer, OldTables& old, const HashKey& past_key, const enrich::Sites& sites)
      : options_(options),
        observer_(observer),
        old_(old),
        writer_(options.writer, 1, registry_, clock_),
        translator_(past_key, sites),
        epoch_(epoch_of(options.schema)),
        position_(static_cast<std::int64_t>(writer_.position(epoch_, 0))),
        ranked_from_(position_ - longest_moment) {}

  void begin() { total_ = old_.count_after(position_); }

  /// Up to that id. Returns the number of rows.
  std::size_t bring(std::int64_t last) {
    std::size_t all = 0;
    for (;;) {
      const auto rows = old_.read({.after = position_, .last = last, .ranked_from = ranked_from_}, options_.chunk);
      if (rows.empty()) return all;
      write(rows);
      ranked_from_ = std::max(next_ranked_from(rows), position_ - longest_moment);
      all += rows.size();
    }
  }

  Outcome outcome;

 private:
  void write(const storage::Rows& rows) {
    chunk_.clear();
    translator_.release();
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (const auto event = translator_.translate(rows, i, outcome)) chunk_.add(*event);
    const auto target = rows.get<std::int64_t>(rows.size() - 1, column::id);
    const auto expected = static_cast<std::uint64_t>(position_);
    writer_.write(chunk_, writer::BulkStep{.epoch = epoch_, .expected = expected, .target = static_cast<std::uint64_t>(target)});
    position_ = target;
    done_ += rows.size();
    total_ = std::max(total_, done_);
    if (observer_.progress) observer_.progress(done_, total_);
  }

  const Options& options_;
  const Observer& observer_;
  OldTables& old_;
  metrics::Registry registry_;
  const SystemClock clock_;
  writer::BulkWriter writer_;
  Translator translator_;
  Chunk chunk_;
  const storage::Epoch epoch_;
  std::int64_t position_, ranked_from_;
  std::uint64_t done_ = 0, total_ = 0;
};

/// Nothing may come twice: that none of it is here any more is seen, not believed.
Result<void> begin_again(storage::Connection& connection, const Options& options, OldTables& old) {
  std::vector<std::string> sites;
  for (const auto& domain : old.domains())
    if (auto site = site_of(domain.name)) sites.push_back(std::move(*site));
  const auto rows = connection.execute(sql("takeover.sites_with_visits"), sites);
  if (!rows.empty())
    return Error{Errc::conflict, fmt::format("visits are stored of {} of the old sites, the first is {}: taken over again, they would count twice. "
                                             "picolytics site remove DOMAIN --yes removes a site with all that was counted of it, whoever counted it",
                                             rows.size(), rows.text(0, 0))};
  storage::reset_checkpoint(connection, epoch_of(options.schema), 0);
  return {};
}

/// Until nearly nothing has come meanwhile. What the old server stores later is for another run.
Result<Outcome> bring_all(storage::Connection& connection, const Options& options, const Observer& observer, OldTables& old) {
  const auto made = make_sites(connection, old.domains(), options.default_zone);
  enrich::Sites sites(options.default_zone);
  if (const auto loaded = load_sites(connection, sites); !loaded) return loaded.error();
  Run run(options, observer, old, storage::install_key(connection, "past_key"), sites);
  run.outcome.sites_made = made;
  run.begin();
  for (;;) {
    const auto last = old.settled(options, observer);
    if (!last)
      return Error{Errc::unavailable,
                   fmt::format("other sessions have had transactions open on {}.events for {} s, so it is not known which events are there: end them "
                               "(select * from pg_stat_activity) and run this again; what has been taken over is kept",
                               options.schema, options.patience.count())};
    run.outcome.sites_made += make_sites(connection, old.domains(), options.default_zone);  // of events that have come meanwhile
    if (run.bring(*last) < options.chunk) return run.outcome;
  }
}

}  // namespace

storage::Epoch epoch_of(const std::string& schema) {
  const auto hash = sha256("picolytics takeover of schema " + schema);
  storage::Epoch epoch{};
  std::copy_n(hash.begin(), epoch.size(), epoch.begin());
  return epoch;
}

bool has_schema(storage::Connection& connection) {
  return !connection.execute("select 1 from pg_catalog.pg_tables where schemaname = 'pico' and tablename = 'ingest_checkpoint'").empty();
}

std::int64_t position(storage::Connection& connection, const std::string& schema) {
  const auto rows = connection.execute("select sequence from pico.ingest_checkpoint where epoch = $1::uuid and shard = 0", to_hex(epoch_of(schema)));
  return rows.empty() ? 0 : rows.get<std::int64_t>(0, 0);
}

Result<Survey> survey(storage::Connection& connection, const Options& options) {
  auto old = OldTables::open(options);
  if (!old) return old.error();
  const auto taken = has_schema(connection) && !options.again ? position(connection, options.schema) : 0;
  return Survey{.events = old->count_after(std::numeric_limits<std::int64_t>::min()), .waiting = old->count_after(taken)};
}

Result<Outcome> take_over(storage::Connection& connection, const Options& options, const Observer& observer) {
  auto old = OldTables::open(options);
  if (!old) return old.error();
  if (!has_schema(connection)) return Error{Errc::not_found, "there is no schema pico to take over into: picolytics migrate makes it"};
  const storage::SessionLock lock(connection, lock_id);
  if (!lock.held()) return Error{Errc::conflict, "another takeover is at work in this database: let it finish"};
  if (options.again)
    if (auto begun = begin_again(connection, options, *old); !begun) return begun.error();
  try {
    return bring_all(connection, options, observer, *old);
  } catch (const writer::CheckpointMoved&) {
    return Error{Errc::conflict, "the database has gone back in time, or somebody else takes events over: run this again"};
  } catch (const writer::InvalidEvent&) {
    // What Postgres' clock takes for the future has been left out, an hour before ours would.
    return Error{Errc::unavailable, "old events are dated more than a day ahead of this machine's clock, though not of the database's: set both "
                                    "clocks right and run this again; what has been taken over is kept"};
  }
}

}  // namespace pico::takeover
