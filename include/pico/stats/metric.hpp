#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace pico::stats {

/// What can be asked for. docs/stats.md defines each.
enum class Metric : std::uint8_t {
  visitors,
  visits,
  pageviews,
  events,
  views_per_visit,
  bounce_rate,
  visit_duration,
  time_on_page,
  scroll_depth,
  percentage,
  conversion_rate,
  group_conversion_rate,
};

/// `visitors`, `bounce_rate`, …; nullopt: there is none of that name.
std::optional<Metric> metric_of(std::string_view name);
std::string_view name_of(Metric metric);

}  // namespace pico::stats
