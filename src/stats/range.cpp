#include "range.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>

namespace pico::stats {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::months;
using std::chrono::year_month_day;
using std::chrono::years;

/// The same date some years on; 29 February becomes the 28th.
Day plus_years(Day day, int count) {
  const auto date = year_month_day(day) + years(count);
  return date.ok() ? Day(date) : Day(date.year() / date.month() / std::chrono::last);
}

Day first_of_month(Day day) {
  const year_month_day date(day);
  return date.year() / date.month() / 1;
}

Day last_of_month(Day day) {
  const year_month_day date(day);
  return date.year() / date.month() / std::chrono::last;
}

DayRange days_of(const RelativeRange& range, Day today, std::optional<Day> first_day) {
  const auto end = range.date.value_or(today);
  const year_month_day date(end);
  switch (range.period) {
    case Period::days: return {end - days(range.count - 1), end};
    case Period::month: return {first_of_month(end), last_of_month(end)};
    case Period::months: return {Day((date.year() / date.month() / 1) - months(range.count - 1)), last_of_month(end)};
    case Period::year: return {date.year() / 1 / 1, date.year() / 12 / 31};
    case Period::all: return {std::min(first_day.value_or(end), end), end};
    case Period::day:
    case Period::hours24: break;
  }
  return {end, end};
}

std::string text_of(Instant at, const TimeZone& zone) {
  const auto offset = std::chrono::duration_cast<std::chrono::minutes>(zone.utc_offset(at)).count();
  const auto local = to_string(at + zone.utc_offset(at));
  return fmt::format("{}{}{:02}:{:02}", local.substr(0, 19), offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
}

ResolvedRange finished(ResolvedRange range, const Calendar& calendar) {
  const auto last_moment = range.to - 1ms;
  const auto& zone = calendar.zone_at(last_moment);
  range.time_zone = zone.name();
  range.from_text = text_of(range.from, calendar.zone_at(range.from));
  range.to_text = text_of(last_moment, zone);
  return range;
}

ResolvedRange of_days(DayRange days_range, const Calendar& calendar) {
  ResolvedRange range;
  range.first = days_range.first;
  range.last = days_range.last;
  range.from = calendar.day_start(range.first);
  range.to = calendar.day_start(range.last + days(1));
  return finished(std::move(range), calendar);
}

ResolvedRange of_instants(InstantRange instants, const Calendar& calendar) {
  ResolvedRange range;
  range.from = instants.from;
  range.to = instants.to;
  range.first = calendar.day_of(instants.from);
  range.last = calendar.day_of(instants.to - 1ms);
  range.whole_days = range.from == calendar.day_start(range.first) && range.to == calendar.day_start(range.last + days(1));
  return finished(std::move(range), calendar);
}

}  // namespace

ResolvedRange resolve(const RangeSpec& spec, const Calendar& calendar, Instant now, std::optional<Day> first_day) {
  if (const auto* range = std::get_if<DayRange>(&spec)) return of_days(*range, calendar);
  if (const auto* instants = std::get_if<InstantRange>(&spec)) return of_instants(*instants, calendar);
  const auto& relative = std::get<RelativeRange>(spec);
  if (relative.period == Period::hours24) {
    const auto to = std::chrono::floor<std::chrono::seconds>(now) + 1s;
    return of_instants({to - 24h, to}, calendar);
  }
  return of_days(days_of(relative, calendar.day_of(now), first_day), calendar);
}

RangeSpec compared_range(const ResolvedRange& range, Comparison comparison, const Calendar& calendar) {
  if (range.whole_days) {
    if (comparison == Comparison::previous_year) return DayRange{plus_years(range.first, -1), plus_years(range.last, -1)};
    const auto length = range.last - range.first + days(1);
    return DayRange{range.first - length, range.last - length};
  }
  if (comparison == Comparison::previous_year) {
    // The same times of day of the dates a year before, under the zone of those dates.
    const auto moved = [&](Instant at) {
      const auto offset = calendar.zone_at(at).utc_offset(at);
      const auto day = std::chrono::floor<days>(at + offset);
      const auto shown = Instant(plus_years(day, -1)) + (at + offset - day);
      return shown - calendar.zone_at(shown - offset).utc_offset(shown - offset);
    };
    return InstantRange{moved(range.from), moved(range.to)};
  }
  return InstantRange{range.from - (range.to - range.from), range.from};
}

std::string bucket_label(Day day, Dimension time, Day first) {
  if (time == Dimension::week) day -= std::chrono::weekday(day) - std::chrono::Monday;
  if (time == Dimension::month) day = first_of_month(day);
  return to_string(std::max(day, first));
}

std::optional<Day> day_of_label(std::string_view label) {
  int year = 0, month = 0, day = 0;
  const auto number = [&](std::size_t from, std::size_t size, int& value) {
    const auto* end = label.data() + from + size;
    return std::from_chars(label.data() + from, end, value).ptr == end;
  };
  if (label.size() != 10 || label[4] != '-' || label[7] != '-') return std::nullopt;
  if (!number(0, 4, year) || !number(5, 2, month) || !number(8, 2, day)) return std::nullopt;
  const auto date = std::chrono::year(year) / month / day;
  return date.ok() ? std::optional(Day(date)) : std::nullopt;
}

std::vector<std::string> bucket_labels(const ResolvedRange& range, Dimension time, const Calendar& calendar) {
  if (time == Dimension::hour) {
    if (range.from == range.to) return {};  // a date that the zone left out has no hours
    const Hours hours(calendar, range.first, range.last);
    std::set<std::string> touched;  // between instants, not all hours of the days; a change of zone can repeat some
    for (auto i = hours.interval_of(range.from); i <= hours.interval_of(range.to - 1ms); ++i) {
      touched.insert(hours.labels()[hours.bucket(i)]);
    }
    return {touched.begin(), touched.end()};
  }
  std::vector<std::string> labels;
  for (auto day = range.first; day <= range.last; day += days(1)) {
    auto label = bucket_label(day, time, range.first);
    if (labels.empty() || labels.back() != label) labels.push_back(std::move(label));
  }
  return labels;
}

}  // namespace pico::stats
