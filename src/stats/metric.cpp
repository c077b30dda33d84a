#include "pico/stats/metric.hpp"

#include <algorithm>
#include <array>

namespace pico::stats {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, 12> names{
    "visitors",       "visits",       "pageviews",    "events",     "views_per_visit", "bounce_rate",
    "visit_duration", "time_on_page", "scroll_depth", "percentage", "conversion_rate", "group_conversion_rate"};

}  // namespace

std::optional<Metric> metric_of(std::string_view name) {
  const auto* const found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Metric>(found - names.begin());
}

std::string_view name_of(Metric metric) {
  return names[static_cast<std::size_t>(metric)];
}

}  // namespace pico::stats
