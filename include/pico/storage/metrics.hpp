#pragma once
#include "pico/metrics/registry.hpp"
#include "pico/storage/error.hpp"

namespace pico::storage {

/// What the read pool reports. The references live as long as the registry. Thread-safe.
struct Metrics {
  explicit Metrics(metrics::Registry& registry);

  metrics::Gauge& up;           ///< 1 when the last answer came, 0 when no session can be had
  metrics::Gauge& connections;  ///< open sessions
  metrics::Gauge& waiting;      ///< queries in the queue
  metrics::Counter& rejected;   ///< queries not taken because the queue was full
  metrics::Histogram& query_seconds;

  /// Counts an error under its class: connection, timeout, conflict, resources, data, other.
  void count(const DatabaseError& error);

 private:
  metrics::Counter& connection_errors_;
  metrics::Counter& timeout_errors_;
  metrics::Counter& conflict_errors_;
  metrics::Counter& resource_errors_;
  metrics::Counter& data_errors_;
  metrics::Counter& other_errors_;
};

}  // namespace pico::storage
