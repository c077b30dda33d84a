#include "metrics.hpp"

namespace pico::writer {
namespace {

const metrics::Buckets latency_buckets{.25, .5, .75, 1, 1.25, 1.5, 2, 3, 5, 8, 11};
const metrics::Buckets commit_buckets{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
const metrics::Buckets size_buckets{1, 10, 100, 400, 1600, 6400, 12800, 25600};

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : batches(registry.counter("picolytics_writer_batches_total", "Transactions committed")),
      batch_events(registry.histogram("picolytics_writer_batch_records", "Records per transaction", size_buckets)),
      commit_seconds(registry.histogram("picolytics_writer_commit_seconds", "From begin to commit", commit_buckets)),
      lag_records(registry.gauge("picolytics_writer_lag_records", "Durable records that are not committed yet")),
      lag_seconds(registry.gauge("picolytics_writer_lag_seconds", "Age of the newest committed event while others wait, else 0")),
      visit_cache_hits(registry.counter("picolytics_writer_visit_cache_total", "Look-ups of visitor-days", {{"result", "hit"}})),
      visit_cache_misses(
          registry.counter("picolytics_writer_visit_cache_total", "Look-ups of visitor-days", {{"result", "miss"}})),
      heads_refused(registry.counter("picolytics_writer_heads_refused_total", "Visitor-days that had to be read again")),
      cached_words(registry.gauge("picolytics_writer_cached_words", "Words remembered to be in Postgres, of the writer that committed last")),
      cached_visitors(
          registry.gauge("picolytics_writer_cached_visitors", "Visitor-days remembered, of the writer that committed last")),
      checkpoints_moved(registry.counter("picolytics_writer_checkpoints_moved_total", "Checkpoints found elsewhere than left")),
      dropped_of_removed_sites(registry.counter("picolytics_writer_dropped_total", "Records that became no rows, by reason",
                                                {{"reason", "removed_site"}})),
      dropped_of_unknown_sites(registry.counter("picolytics_writer_dropped_total", "Records that became no rows, by reason",
                                                {{"reason", "unknown_site"}})),
      registry_(registry),
      save_errors_(
          registry.counter("picolytics_event_errors", "Events that were not stored, by kind of error.", {{"kind", "save"}})) {}

void count_rows(metrics::Registry& registry, const storage::RowCounts& rows) {
  const auto add = [&](const char* table, std::size_t n) {
    if (n == 0) return;
    registry.counter("picolytics_writer_rows_total", "Rows written, by table", {{"table", table}})
        .Increment(static_cast<double>(n));
  };
  add("visits", rows.visits);
  add("events", rows.events);
  add("event_details", rows.details);
  add("engagement", rows.engagement);
  add("words", rows.words);
  add("merged_visits", rows.merged);
  add("micro_visits", rows.micro);
}

void Metrics::count(const storage::RowCounts& rows) {
  count_rows(registry_, rows);
}

void Metrics::count_retry(const storage::DatabaseError& error) {
  const auto sqlstate_class = error.sqlstate().substr(0, 2);
  registry_
      .counter("picolytics_writer_retries_total", "Transactions tried again, by SQLSTATE class",
               {{"class", sqlstate_class.empty() ? "connection" : sqlstate_class}})
      .Increment();
}

void Metrics::count_dead_letter(std::string_view reason) {
  save_errors_.Increment();
  registry_.counter("picolytics_writer_dead_letters_total", "Records put aside, by reason", {{"reason", std::string(reason)}})
      .Increment();
}

Metrics::Latency Metrics::latency_of(std::string domain) {
  if (const auto found = latency_.find(domain); found != latency_.end()) return found->second;
  const bool room = latency_.size() < metrics::most_site_labels;
  const metrics::Labels labels{{"domain", room ? domain : "other"}};
  const Latency made{&registry_.histogram("picolytics_ingest_latency", "Seconds from receipt to commit", latency_buckets, labels),
                     &registry_.histogram("picolytics_worker_latency", "Seconds that the transaction took", latency_buckets, labels)};
  if (room) latency_.emplace(std::move(domain), made);
  return made;
}

void Metrics::observe_latency(std::span<const Committed> committed, Instant now, std::chrono::duration<double> transaction) {
  const std::lock_guard lock(mutex_);
  std::string_view domain;
  Latency latency;
  for (const auto& one : committed) {
    if (one.event->kind == event::Kind::ping) continue;  // may have been held back on purpose
    if (latency.ingest == nullptr || one.event->domain != domain) {
      domain = one.event->domain;
      latency = latency_of(std::string(domain));
    }
    latency.ingest->Observe(std::chrono::duration<double>(now - one.event->at).count());
    latency.worker->Observe(transaction.count());
  }
}

}  // namespace pico::writer
