#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pico::stats {

/// What figures can be grouped and filtered by. docs/stats.md defines each. The numbers are stored in pico.rollups: never change
/// or reuse one.
enum class Dimension : std::uint8_t {
  none = 0,  ///< everything in one row: totals
  page = 1,  ///< of events: path
  hostname = 2,
  event_name = 3,  ///< `pageview`, or a custom event's name
  entry_page = 4,  ///< of visits from here on
  entry_hostname = 5,
  exit_page = 6,
  exit_hostname = 7,
  source = 8,
  channel = 9,
  referrer = 10,
  utm_source = 11,
  utm_medium = 12,
  utm_campaign = 13,
  utm_content = 14,
  utm_term = 15,
  country = 16,
  region = 17,
  city = 18,
  browser = 19,
  browser_version = 20,
  os = 21,
  os_version = 22,
  device = 23,
  screen = 24,  ///< `1920x1080`
  language = 25,
  hour = 26,  ///< of time: local clock hours, `2026-11-22 14:00:00`
  // Not in cubes and rollups: answered by folding days, from raw facts, or by a query a goal.
  day = 64,
  week = 65,
  month = 66,
  property = 67,  ///< event:props:NAME
  goal = 68,
};

/// A dimension as a question names it.
struct DimensionRef {
  Dimension dimension = Dimension::none;
  std::string property = {};  ///< of Dimension::property: which
  bool operator==(const DimensionRef&) const = default;
};

/// `event:page`, `visit:source`, `time:day`, `event:props:plan` … (docs/stats.md lists all). nullopt: there is none of that name.
std::optional<DimensionRef> dimension_of(std::string_view name);
std::string name_of(const DimensionRef& dimension);

/// hour, day, week, month
bool is_time(Dimension dimension);
/// page, hostname, event_name, property, goal: a visit can have several values.
bool is_of_event(Dimension dimension);
/// Cubes and rollups hold figures by it: none … hour.
bool is_rolled_up(Dimension dimension);

/// What stands for a blank value in answers and filters: `Direct / None`, `(not set)`, `(none)`.
std::string_view blank_label(Dimension dimension);
/// The value as groups know it: a text that reads like the label of a blank is one, for two rows of one name would be no answer.
inline std::string_view group_value(Dimension dimension, std::string_view text) {
  return text == blank_label(dimension) ? std::string_view() : text;
}

}  // namespace pico::stats
