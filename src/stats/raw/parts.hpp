#pragma once
#include <optional>
#include <span>
#include <vector>

#include "calendar.hpp"
#include "groups.hpp"
#include "pico/stats/query.hpp"
#include "raw/keys.hpp"
#include "raw/scope.hpp"
#include "raw/words.hpp"

/// The statements that raw figures are made of. Each adds the figures it is responsible for to the groups, which are keyed by the
/// dimensions' values; weeks and months come as days. All throw storage::DatabaseError, or TooManyGroups.
namespace pico::stats::raw {

/// What all parts of one answer share.
struct Part {
  storage::Connection& connection;
  const Scope& scope;
  Words& words;
  std::span<const Filter> filters;              ///< goals replaced
  std::span<const Filter> entry_filters;        ///< the same for visits that began there (as_entry_conditions)
  std::span<const DimensionRef> dimensions;     ///< up to two
  const std::optional<Hours>& hours;            ///< of the scope, when they are asked for
  std::size_t max_groups;
};

/// Visits for which the conditions hold; these do not look at events.
struct OfVisits {
  bool visitors = false, visits = false, pageviews = false;
  bool entries = false;  ///< with bounces and duration
  HourOf hour_of = HourOf::touched;
};
void add_visits(const Part& part, const OfVisits& wanted, Groups& groups);

/// Events for which the conditions hold, with their visits. events: pageviews too.
struct OfEvents {
  bool visitors = false, visits = false, events = false;
  bool entries = false;  ///< of the visits that have such an event
  Branches branches = Branches::all;
  HourOf hour_of = HourOf::event;
};
void add_events(const Part& part, const OfEvents& wanted, Groups& groups);

/// Engaged time and scroll depth.
void add_engagement(const Part& part, Groups& groups);

}  // namespace pico::stats::raw
