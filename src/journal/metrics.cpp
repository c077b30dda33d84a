#include "metrics.hpp"

namespace pico::journal {
namespace {

metrics::Counter* groups_total(metrics::Registry& registry, const char* outcome) {
  return &registry.counter("picolytics_journal_groups_total", "Groups of records handed to the journal, by what became of them.",
                           {{"outcome", outcome}});
}

metrics::Gauge* state_gauge(metrics::Registry& registry, const char* state) {
  return &registry.gauge("picolytics_journal_state", "1 for the state the journal is in, 0 for the others.", {{"state", state}});
}

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : bytes(registry.gauge("picolytics_journal_bytes", "Bytes of all journal segments on disk, the prepared one included.")),
      segments(registry.gauge("picolytics_journal_segments", "Journal segments on disk.")),
      records(registry.counter("picolytics_journal_records_total", "Records made durable.")),
      groups{groups_total(registry, "durable"), groups_total(registry, "full"), groups_total(registry, "failed")},
      syncs(registry.counter("picolytics_journal_syncs_total", "Successful syncs of records to disk.")),
      sync_seconds(registry.histogram("picolytics_journal_sync_seconds", "Duration of a sync, the write before it included.",
                                      {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1, 5})),
      group_records(registry.histogram("picolytics_journal_group_records", "Records that shared one sync.",
                                       {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000})),
      damaged_blocks(
          registry.counter("picolytics_journal_damaged_blocks_total", "Places in the journal that could not be read.")),
      lost_records(registry.counter("picolytics_journal_lost_records_total", "Durable records lost to damage on disk.")),
      states{state_gauge(registry, "ok"), state_gauge(registry, "full"), state_gauge(registry, "failed")} {
  show(State::ok);
}

void Metrics::show(State state) const {
  for (std::size_t i = 0; i < states.size(); ++i) states[i]->Set(i == static_cast<std::size_t>(state) ? 1 : 0);
}

}  // namespace pico::journal
