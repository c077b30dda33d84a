#include "bulk_metrics.hpp"

#include "metrics.hpp"

namespace pico::writer {
namespace {

const metrics::Buckets seconds_buckets{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25, 60};

metrics::Counter& writes(metrics::Registry& registry, const char* result) {
  return registry.counter("picolytics_bulk_writes_total", "Writes of many events in one transaction", {{"result", result}});
}

}  // namespace

BulkMetrics::BulkMetrics(metrics::Registry& registry)
    : failed(writes(registry, "failed")),
      waiting(registry.gauge("picolytics_bulk_waiting", "Bulk writes that wait for a connection of theirs")),
      registry_(registry),
      written_(writes(registry, "committed")),
      events_(registry.counter("picolytics_bulk_events_total", "Events stored by bulk writes")),
      of_unknown_sites_(
          registry.counter("picolytics_bulk_dropped_total", "Events of bulk writes that became no rows", {{"reason", "unknown_site"}})),
      seconds_(registry.histogram("picolytics_bulk_seconds", "From begin to commit of a bulk write", seconds_buckets)) {}

void BulkMetrics::count_written(const BulkResult& result, const storage::RowCounts& rows, double seconds) {
  written_.Increment();
  events_.Increment(static_cast<double>(result.events));
  of_unknown_sites_.Increment(static_cast<double>(result.of_unknown_sites));
  seconds_.Observe(seconds);
  count_rows(registry_, rows);
}

void BulkMetrics::count_retry(const storage::DatabaseError& error) {
  const auto sqlstate_class = error.sqlstate().substr(0, 2);
  registry_
      .counter("picolytics_bulk_retries_total", "Bulk writes tried again, by SQLSTATE class",
               {{"class", sqlstate_class.empty() ? "connection" : sqlstate_class}})
      .Increment();
}

}  // namespace pico::writer
