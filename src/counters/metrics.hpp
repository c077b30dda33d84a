#pragma once
#include "pico/counters/counter.hpp"

namespace pico::counters {

struct Metrics {
  explicit Metrics(metrics::Registry& registry)
      : waiting(registry.gauge("picolytics_counts_waiting", "Counts that wait for Postgres.")),
        committed(request(registry, "committed")),
        unavailable(request(registry, "unavailable")),
        refused(request(registry, "refused")),
        overloaded(request(registry, "overloaded")),
        transaction_seconds(registry.histogram("picolytics_counts_transaction_seconds", "Time of the transactions that add counts.",
                                               {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5})) {}

  metrics::Gauge& waiting;
  metrics::Counter& committed;
  metrics::Counter& unavailable;
  metrics::Counter& refused;
  metrics::Counter& overloaded;
  metrics::Histogram& transaction_seconds;

 private:
  static metrics::Counter& request(metrics::Registry& registry, const std::string& outcome) {
    return registry.counter("picolytics_counts_requests_total", "Requests to add counts, by outcome.", {{"outcome", outcome}});
  }
};

}  // namespace pico::counters
