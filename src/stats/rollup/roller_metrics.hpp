#pragma once
#include "pico/metrics/registry.hpp"

namespace pico::stats {

/// What the roller reports. The references live as long as the registry. Thread-safe.
struct RollerMetrics {
  explicit RollerMetrics(metrics::Registry& registry);

  metrics::Counter& closed;    ///< days rolled up for the first time
  metrics::Counter& repaired;  ///< days rolled up again
  metrics::Counter& months;
  metrics::Counter& failures;
  metrics::Counter& damaged;
  metrics::Gauge& waiting;  ///< days over for long, or marked, without a rollup that can be used
  metrics::Histogram& seconds;
};

}  // namespace pico::stats
