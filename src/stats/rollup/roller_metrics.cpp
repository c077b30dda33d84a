#include "roller_metrics.hpp"

namespace pico::stats {
namespace {

constexpr auto days = "picolytics_roller_rolled_total";
constexpr auto days_help = "Days whose rollups were stored, for the first time or again after late changes.";

}  // namespace

RollerMetrics::RollerMetrics(metrics::Registry& registry)
    : closed(registry.counter(days, days_help, {{"what", "closed"}})),
      repaired(registry.counter(days, days_help, {{"what", "repaired"}})),
      months(registry.counter("picolytics_roller_months_total", "Months whose rollups were stored.")),
      failures(registry.counter("picolytics_roller_failures_total", "Days and months that could not be rolled up and were put off.")),
      damaged(registry.counter("picolytics_rollups_damaged_total", "Stored rollups that could not be read.")),
      waiting(registry.gauge("picolytics_roller_waiting",
                             "Days that have been over for a day or are marked, and have no rollup that can be used.")),
      seconds(registry.histogram("picolytics_roller_seconds", "Time that rolling up a day or a month took.",
                                 {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100})) {}

}  // namespace pico::stats
