#include "range_json.hpp"

#include <charconv>

#include "dates.hpp"

namespace pico::api {
namespace {

using namespace std::chrono_literals;
using stats::Period;

constexpr int most_days = 36'500, most_months = 1'200;

/// The number before the unit: `30` of `30d`.
std::optional<int> count_of(std::string_view text, std::string_view unit, int most) {
  if (!text.ends_with(unit)) return std::nullopt;
  text.remove_suffix(unit.size());
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > most) return std::nullopt;
  return count;
}

std::optional<stats::RelativeRange> named_range(std::string_view name) {
  if (name == "day") return stats::RelativeRange{Period::day};
  if (name == "24h") return stats::RelativeRange{Period::hours24};
  if (name == "month") return stats::RelativeRange{Period::month};
  if (name == "year") return stats::RelativeRange{Period::year};
  if (name == "all") return stats::RelativeRange{Period::all};
  if (const auto count = count_of(name, "d", most_days)) return stats::RelativeRange{Period::days, *count};
  if (const auto count = count_of(name, "mo", most_months)) return stats::RelativeRange{Period::months, *count};
  return std::nullopt;
}

std::optional<stats::RangeSpec> range_between(std::string_view from, std::string_view to) {
  if (const auto first = parse_day(from), last = parse_day(to); first && last) return stats::DayRange{*first, *last};
  if (const auto first = parse_second(from), last = parse_second(to); first && last) return stats::InstantRange{*first, *last + 1s};
  return std::nullopt;
}

}  // namespace

Result<stats::RangeSpec> read_range(const Json& value) {
  if (value.is_string()) {
    if (const auto range = named_range(value.get_ref<const std::string&>())) return stats::RangeSpec(*range);
  } else if (value.is_array() && value.size() == 2 && value[0].is_string() && value[1].is_string()) {
    if (const auto range = range_between(value[0].get_ref<const std::string&>(), value[1].get_ref<const std::string&>())) return *range;
  }
  return fault("#/date_range", "Invalid date range " + quoted(value));
}

}  // namespace pico::api
