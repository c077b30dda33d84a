#pragma once
#include <vector>

#include "pico/core/time_zone.hpp"
#include "pico/counters/view.hpp"

/// The views of a group: adding them up, and telling each its totals.
namespace pico::counters {

/// Memory of a view that waits.
std::size_t size_of(const View& view);

/// Adds what the views count and store, within a transaction. Makes the sites that are missing.
void add_views(storage::Connection& connection, int shard, const TimeZone& site_zone, const std::vector<const View*>& views);

/// The totals of everything that the views count or ask for, each once, sorted by key.
std::vector<ViewChange> totals_of(storage::Connection& connection, const std::vector<const View*>& views);

/// What each view is told, given the totals after all of them: as if they had been counted one after the other.
std::vector<storage::ViewTotals> running_totals(const std::vector<const View*>& views, const std::vector<ViewChange>& totals);

}  // namespace pico::counters
