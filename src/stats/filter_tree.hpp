#pragma once
#include <functional>
#include <span>
#include <vector>

#include "pico/stats/query.hpp"

/// What the rest of the engine asks of a question's conditions.
namespace pico::stats {

/// Whether `holds` is true for a test outside of has_done and has_not_done.
bool any_test(std::span<const Filter> filters, const std::function<bool(const Test&)>& holds);
/// The conditions look at events (docs/stats.md, conditions): outside of has_done a test is of an `event:` dimension.
bool looks_at_events(std::span<const Filter> filters);
/// The conditions for visits that began there: `event:page` and `event:hostname` outside of has_done become the entry page's.
std::vector<Filter> as_entry_conditions(std::span<const Filter> filters);
/// page → entry_page, hostname → entry_hostname, all others as they are.
Dimension as_entry_dimension(Dimension dimension);

}  // namespace pico::stats
