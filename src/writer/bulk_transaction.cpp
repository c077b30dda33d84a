#include "bulk_transaction.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "changed_days.hpp"
#include "pico/core/hash.hpp"
#include "fact_rows.hpp"
#include "record_sites.hpp"
#include "visitor_groups.hpp"

namespace pico::writer {
namespace {

/// Of what a source hands over at once, so much is worked on at a time.
constexpr std::size_t chunk_size = 10'000;
/// Each month is some twenty tables, and Postgres has room for a limited number of locks in a transaction.
constexpr std::size_t months_at_a_time = 6;
/// Writes in several pieces take turns with those of the same site: they would lock its visitors and words in different orders. Within a
/// piece the order is that of the keys, as in the batches of the journal, so a write of one piece waits for nobody but who holds what it
/// changes. Sites share a limited number of lanes, since one write may be of many sites.
constexpr std::uint32_t lane_count = 64;
constexpr std::size_t listed_visitor_days = 1'000'000;

std::int32_t lane_of(std::string_view domain) {
  return static_cast<std::int32_t>(crc32c(std::as_bytes(std::span(domain))) % lane_count);
}

template <class Visit>
void for_each_chunk(BulkSource& source, Visit visit) {
  source.rewind();
  for (auto events = source.next(); !events.empty(); events = source.next()) {
    for (std::size_t i = 0; i < events.size(); i += chunk_size) visit(events.subspan(i, std::min(chunk_size, events.size() - i)));
  }
}

void make_partitions(storage::Ingest& ingest, std::span<const Day> months) {
  for (std::size_t i = 0; i < months.size(); i += months_at_a_time)
    ingest.ensure_partitions(months.subspan(i, std::min(months_at_a_time, months.size() - i)));
}

/// What the cache of visits holds of a transaction that is not committed is not true.
class UncommittedVisits {
 public:
  explicit UncommittedVisits(VisitCache& cache) : cache_(cache) {}
  ~UncommittedVisits() {
    if (!committed_) cache_.clear();
  }
  UncommittedVisits(const UncommittedVisits&) = delete;
  UncommittedVisits& operator=(const UncommittedVisits&) = delete;

  void committed() { committed_ = true; }

 private:
  VisitCache& cache_;
  bool committed_ = false;
};

/// The chunks of one transaction, one after the other. A visitor of several chunks is found in the cache as the last one has left it.
class Chunks {
 public:
  Chunks(Session& session, storage::Ingest::Batch& batch, const Options& options, std::uint64_t first_number)
      : session_(session), batch_(batch), options_(options), number_(first_number) {}

  void write(std::span<const BulkEvent> events) {
    records_.clear();
    for (const auto& one : events) records_.push_back({.sequence = 0, .payload = {}, .event = one.event, .refused = {}});
    const auto sites = find_record_sites(batch_, records_, {.make = options_.make_sites, .from_journal = false});
    session_.note_generation(sites.word_generation);
    VisitorGroups groups(records_, sites.ids, session_.words, options_.session_timeout);
    groups.write(batch_, session_.visits);
    auto facts = facts_of(events, sites, groups);
    batch_.write_words(session_.words.missing());
    session_.words.written();
    facts.write(batch_);
    changed_.add(groups.changed());
    groups.remember(session_.visits);
    of_unknown_sites_ += sites.of_unknown_sites;
  }

  [[nodiscard]] std::uint64_t of_unknown_sites() const { return of_unknown_sites_; }
  std::vector<storage::DayChange> take_changes() { return changed_.take(); }

 private:
  FactRows facts_of(std::span<const BulkEvent> events, const RecordSites& sites, const VisitorGroups& groups) {
    FactRows facts(session_.words);
    for (std::size_t i = 0; i < events.size(); ++i, ++number_) {
      if (sites.ids[i] == 0) continue;
      const auto& [event, micro] = events[i];
      const bool has_micro = micro && event::is_row(event.kind);
      const Place place{sites.ids[i], groups.visit_ids()[i], groups.pages()[i]};
      facts.add(event, place, has_micro);
      if (has_micro) facts.add_micro(event, place, *micro, static_cast<std::int32_t>(number_ & 0x7fffffff));
    }
    return facts;
  }

  Session& session_;
  storage::Ingest::Batch& batch_;
  const Options& options_;
  std::uint64_t number_;
  std::vector<Record> records_;
  ChangedDays changed_{listed_visitor_days};
  std::uint64_t of_unknown_sites_ = 0;
};

}  // namespace

Survey survey(BulkSource& source, Instant now) {
  Survey found;
  std::set<Day> months;
  std::set<std::int32_t> lanes;
  for_each_chunk(source, [&](std::span<const BulkEvent> events) {
    ++found.pieces;
    for (const auto& one : events) {
      if (!is_storable(one.event, now)) throw InvalidEvent(found.events);
      const std::chrono::year_month_day date(one.event.day);
      months.insert(date.year() / date.month() / 1);
      lanes.insert(lane_of(one.event.domain));
      ++found.events;
    }
  });
  found.months.assign(months.begin(), months.end());
  found.lanes.assign(lanes.begin(), lanes.end());
  return found;
}

void write_bulk(Session& session, const BulkStep& step, BulkSource& source, const Survey& surveyed, const Options& options,
                BulkAttempt& attempt) {
  make_partitions(session.ingest, surveyed.months);
  const PendingWords pending(session.words);
  UncommittedVisits visits(session.visits);
  storage::Ingest::Batch batch(session.ingest);
  if (!batch.advance(step.epoch, std::array{storage::Advance{step.shard, step.expected, step.target}})) throw CheckpointMoved();
  attempt.moved = true;
  if (surveyed.pieces > 1) batch.take_turns(surveyed.lanes);
  Chunks chunks(session, batch, options, step.expected);
  for_each_chunk(source, [&](std::span<const BulkEvent> events) { chunks.write(events); });
  batch.announce(chunks.take_changes());

  attempt.result = {.events = surveyed.events - chunks.of_unknown_sites(),
                    .visits_written = batch.rows().visits,
                    .of_unknown_sites = chunks.of_unknown_sites()};
  attempt.rows = batch.rows();
  attempt.committing = true;
  batch.commit();
  session.words.committed();
  visits.committed();
}

}  // namespace pico::writer
