#include "pico/storage/metrics.hpp"

namespace pico::storage {
namespace {

metrics::Counter& errors(metrics::Registry& registry, const char* kind) {
  return registry.counter("picolytics_postgres_errors", "Statements of the read pool that Postgres did not answer",
                          {{"class", kind}});
}

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : up(registry.gauge("picolytics_postgres_up", "1 when Postgres answers, 0 when it does not")),
      connections(registry.gauge("picolytics_postgres_connections", "Open sessions of the read pool")),
      waiting(registry.gauge("picolytics_postgres_queries_waiting", "Queries waiting for a session of the read pool")),
      rejected(registry.counter("picolytics_postgres_queries_rejected", "Queries not taken because too many were waiting")),
      query_seconds(registry.histogram("picolytics_postgres_query_seconds",
                                       "Time a query of the read pool took once it had a session",
                                       {0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30})),
      connection_errors_(errors(registry, "connection")),
      timeout_errors_(errors(registry, "timeout")),
      conflict_errors_(errors(registry, "conflict")),
      resource_errors_(errors(registry, "resources")),
      data_errors_(errors(registry, "data")),
      other_errors_(errors(registry, "other")) {}

void Metrics::count(const DatabaseError& error) {
  if (error.connection_lost()) return connection_errors_.Increment();
  if (error.is_cancelled() || error.is_lock_timeout()) return timeout_errors_.Increment();
  if (error.is_transaction_conflict()) return conflict_errors_.Increment();
  if (error.sqlstate().starts_with("53")) return resource_errors_.Increment();
  if (error.is_data_error()) return data_errors_.Increment();
  other_errors_.Increment();
}

}  // namespace pico::storage
