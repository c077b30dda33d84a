#pragma once
#include <array>

#include "pico/event/enriched.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::enrich {

struct Metrics {
  explicit Metrics(metrics::Registry& registry)
      : cache_hits(cache(registry, "hit")),
        cache_misses(cache(registry, "miss")),
        names(registry.gauge("picolytics_user_agent_names", "Names of browsers and systems kept; at 2,000 further ones count as Unknown")),
        without_salt(registry.counter("picolytics_enrich_events_without_salt_total",
                                      "Events refused because the salt of their date was not in memory")),
        geo_loaded(registry.gauge("picolytics_geo_database_loaded", "1 when a geo database is in use, else 0")),
        geo_built(registry.gauge("picolytics_geo_database_build_timestamp_seconds",
                                 "When the geo database in use was built, 0 when there is none")),
        geo_failures(registry.counter("picolytics_geo_database_failures_total", "Times a geo database could not be opened")),
        bots{{nullptr, bot(registry, "user_agent_empty"), bot(registry, "crawler"), bot(registry, "contract"),
              bot(registry, "automation")}} {}

  /// Counts an event of that kind of visitor.
  void count(event::Bot reason) {
    if (auto* const counter = bots[static_cast<std::size_t>(reason)]) counter->Increment();
  }

  metrics::Counter& cache_hits;
  metrics::Counter& cache_misses;
  metrics::Gauge& names;
  metrics::Counter& without_salt;
  metrics::Gauge& geo_loaded;
  metrics::Gauge& geo_built;
  metrics::Counter& geo_failures;
  std::array<metrics::Counter*, 5> bots;  // by event::Bot; none for people

 private:
  static metrics::Counter& cache(metrics::Registry& registry, const char* result) {
    return registry.counter("picolytics_user_agent_cache_total", "Look-ups in the user agent caches, by result",
                            {{"result", result}});
  }
  static metrics::Counter* bot(metrics::Registry& registry, const char* reason) {
    return &registry.counter("picolytics_bot_events_total", "Events of machines, by what gave them away", {{"reason", reason}});
  }
};

}  // namespace pico::enrich
