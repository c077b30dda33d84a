#pragma once
#include <string>

#include "pico/metrics/registry.hpp"

namespace pico::ingest {

/// picolytics_event_errors, picolytics_queue_* and picolytics_ingested_events are the original's names.
struct Metrics {
  explicit Metrics(metrics::Registry& registry)
      : parse(error(registry, "parse")), enrich(error(registry, "enrich")), enqueue(error(registry, "enqueue")),
        queue_full(error(registry, "queue_full")), journal_full(error(registry, "journal_full")), disk(error(registry, "disk")),
        salt(error(registry, "salt")), slow_disk(error(registry, "slow_disk")),
        queue_size(registry.gauge("picolytics_queue_size", "Events the queue can hold.")),
        queue_utilization(registry.gauge("picolytics_queue_utilization", "Events waiting in the queue.")),
        in_flight_bytes(registry.gauge("picolytics_ingest_in_flight_bytes", "Bytes of events in RAM, queued or on their way to the disk.")),
        opted_out(registry.counter("picolytics_opted_out_hits_total", "Hits with Do-Not-Track or Global Privacy Control.")) {}

  static metrics::Counter& error(metrics::Registry& registry, const std::string& kind) {
    return registry.counter("picolytics_event_errors", "Events that were not stored, by kind of error.", {{"kind", kind}});
  }
  static metrics::Counter& dropped(metrics::Registry& registry, const std::string& reason) {
    return registry.counter("picolytics_events_dropped_total", "Events that were understood but not counted, by reason.",
                            {{"reason", reason}});
  }

  metrics::Counter& parse;
  metrics::Counter& enrich;
  metrics::Counter& enqueue;
  metrics::Counter& queue_full;
  metrics::Counter& journal_full;
  metrics::Counter& disk;
  metrics::Counter& salt;
  metrics::Counter& slow_disk;
  metrics::Gauge& queue_size;
  metrics::Gauge& queue_utilization;
  metrics::Gauge& in_flight_bytes;
  metrics::Counter& opted_out;
};

}  // namespace pico::ingest
