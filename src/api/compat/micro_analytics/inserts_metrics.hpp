#pragma once
#include <string>

#include "pico/metrics/registry.hpp"

namespace pico::api::micro_analytics {

struct InsertsMetrics {
  explicit InsertsMetrics(metrics::Registry& registry)
      : waiting_items(waiting(registry, "item")),
        waiting_lists(waiting(registry, "list")),
        running_lists(registry.gauge("picolytics_micro_lists_running", "Lists that are being read or stored.")),
        inserted(items(registry, "inserted")),
        skipped(items(registry, "skipped")),
        refused(items(registry, "refused")),
        unknown(items(registry, "unknown")),
        replaced_times(registry.counter("picolytics_micro_replaced_times_total",
                                        "Items of lists with a time that nobody can read: they are of the moment they came.")),
        committed(requests(registry, "committed")),
        refused_requests(requests(registry, "refused")),
        unavailable(requests(registry, "unavailable")),
        failed(requests(registry, "failed")),
        overloaded(requests(registry, "overloaded")),
        spilled_bytes(registry.counter("picolytics_micro_spilled_bytes_total", "Bytes of long lists that waited in a file.")) {}

  metrics::Gauge& waiting_items;
  metrics::Gauge& waiting_lists;
  metrics::Gauge& running_lists;
  metrics::Counter& inserted;
  metrics::Counter& skipped;
  metrics::Counter& refused;
  metrics::Counter& unknown;
  metrics::Counter& replaced_times;
  metrics::Counter& committed;
  metrics::Counter& refused_requests;
  metrics::Counter& unavailable;
  metrics::Counter& failed;
  metrics::Counter& overloaded;
  metrics::Counter& spilled_bytes;

  metrics::Counter& of_status(unsigned status) const { return status == 503 ? unavailable : status >= 500 ? failed : refused_requests; }

 private:
  static metrics::Gauge& waiting(metrics::Registry& registry, const std::string& form) {
    return registry.gauge("picolytics_micro_requests_waiting", "Inserting requests of µAnalytics' API that wait for a thread.", {{"form", form}});
  }
  static metrics::Counter& items(metrics::Registry& registry, const std::string& outcome) {
    return registry.counter("picolytics_micro_items_total",
                            "Items that µAnalytics' API was given: inserted, skipped for want of a website, refused with their request, or not known to be stored.",
                            {{"outcome", outcome}});
  }
  static metrics::Counter& requests(metrics::Registry& registry, const std::string& outcome) {
    return registry.counter("picolytics_micro_requests_total", "Inserting requests of µAnalytics' API, by outcome.", {{"outcome", outcome}});
  }
};

}  // namespace pico::api::micro_analytics
