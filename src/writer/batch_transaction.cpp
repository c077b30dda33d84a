#include "batch_transaction.hpp"

#include <algorithm>

#include "fact_rows.hpp"
#include "record_sites.hpp"
#include "visitor_groups.hpp"

namespace pico::writer {
namespace {

std::vector<Day> months_of(std::span<const Record> records) {
  std::vector<Day> months;
  for (const auto& record : records) {
    if (!record.refused.empty()) continue;
    const std::chrono::year_month_day date(record.event.day);
    const Day month = date.year() / date.month() / 1;
    if (std::find(months.begin(), months.end(), month) == months.end()) months.push_back(month);
  }
  return months;
}

void write_dead_letters(storage::Ingest::Batch& batch, const storage::Epoch& epoch, std::span<const Record> records) {
  std::vector<storage::DeadLetter> letters;
  for (const auto& record : records) {
    if (!record.refused.empty()) letters.push_back({record.sequence, record.refused, record.payload});
  }
  batch.add_dead_letters(epoch, letters);
}

}  // namespace

std::vector<Committed> write_in_one_transaction(Session& session, const storage::Epoch& epoch, std::span<const Record> records,
                                                std::span<const storage::Advance> advances, const Options& options,
                                                Metrics& metrics) {
  session.ingest.ensure_partitions(months_of(records));
  const PendingWords pending(session.words);
  storage::Ingest::Batch batch(session.ingest);
  if (!batch.advance(epoch, advances)) throw CheckpointMoved();

  const auto sites = find_record_sites(batch, records, {.make = options.make_sites});
  session.note_generation(sites.word_generation);
  VisitorGroups groups(records, sites.ids, session.words, options.session_timeout);
  groups.write(batch, session.visits);
  FactRows facts(session.words);
  std::vector<Committed> committed;
  committed.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (sites.ids[i] == 0) continue;
    facts.add(records[i].event, {sites.ids[i], groups.visit_ids()[i], groups.pages()[i]});
    committed.push_back({&records[i].event, sites.ids[i], groups.visit_ids()[i]});
  }
  batch.write_words(session.words.missing());
  facts.write(batch);
  write_dead_letters(batch, epoch, records);
  batch.announce(groups.changed());
  batch.commit();

  session.words.committed();
  groups.remember(session.visits);
  metrics.count(batch.rows());
  metrics.dropped_of_removed_sites.Increment(static_cast<double>(sites.of_removed_sites));
  metrics.dropped_of_unknown_sites.Increment(static_cast<double>(sites.of_unknown_sites));
  metrics.visit_cache_hits.Increment(static_cast<double>(groups.cache_hits()));
  metrics.visit_cache_misses.Increment(static_cast<double>(groups.size() - groups.cache_hits()));
  metrics.cached_words.Set(static_cast<double>(session.words.known()));
  metrics.cached_visitors.Set(static_cast<double>(session.visits.size()));
  metrics.heads_refused.Increment(static_cast<double>(groups.refused()));
  return committed;
}

}  // namespace pico::writer
