#pragma once
#include <array>

#include "pico/journal/journal.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::journal {

/// What the journal tells the operator. The references belong to the registry; thread-safe.
struct Metrics {
  explicit Metrics(metrics::Registry& registry);

  metrics::Gauge& bytes;
  metrics::Gauge& segments;
  metrics::Counter& records;
  std::array<metrics::Counter*, 3> groups;  ///< by Outcome
  metrics::Counter& syncs;
  metrics::Histogram& sync_seconds;
  metrics::Histogram& group_records;
  metrics::Counter& damaged_blocks;
  metrics::Counter& lost_records;
  std::array<metrics::Gauge*, 3> states;  ///< by State

  void count(Outcome outcome) const { groups[static_cast<std::size_t>(outcome)]->Increment(); }
  void show(State state) const;
};

}  // namespace pico::journal
