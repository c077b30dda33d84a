#include "support/recount/range.hpp"

namespace pico::test {
namespace {

using namespace std::chrono_literals;
using stats::Period;
using std::chrono::days;

constexpr std::chrono::milliseconds tick{1};

Range of_days(Day first, Day last, const FactSite& site) {
  return {site.zones.day_start(first), site.zones.day_start(last + days(1)), first, last, true};
}

Range of_instants(Instant from, Instant to, const FactSite& site) {
  const auto first = site.zones.day_of(from), last = site.zones.day_of(to - tick);
  const auto days_of_all = of_days(first, last, site);
  if (days_of_all.from == from && days_of_all.to == to) return days_of_all;
  return {from, to, first, last, false};
}

Range of_period(const stats::RelativeRange& relative, const FactSite& site, Instant now) {
  const auto today = site.zones.day_of(now);
  const auto date = relative.date.value_or(today);
  const auto month = month_of(date);
  const auto january = std::chrono::year_month_day(date).year() / 1 / 1;
  switch (relative.period) {
    case Period::day: return of_days(date, date, site);
    case Period::hours24: {
      const auto end = std::chrono::floor<std::chrono::seconds>(now) + 1s;  // this second counts
      return of_instants(end - 24h, end, site);
    }
    case Period::days: return of_days(date - days(relative.count - 1), date, site);
    case Period::month: return of_days(month, months_later(month, 1) - days(1), site);
    case Period::months: return of_days(months_later(month, 1 - relative.count), months_later(month, 1) - days(1), site);
    case Period::year: return of_days(january, months_later(january, 12) - days(1), site);
    case Period::all: break;
  }
  return of_days(std::min(site.first_day.value_or(today), today), today, site);
}

/// The same date a year before; of 29 February the 28th.
Day year_before(Day day) {
  const std::chrono::year_month_day date(day);
  const auto before = date - std::chrono::years(1);
  return before.ok() ? Day(before) : Day(before.year() / before.month() / std::chrono::last);
}

/// The moment at which the clocks of the site showed the same a year before.
Instant year_before(Instant at, const Zones& zones) {
  const auto offset = zones.at(at).utc_offset(at);
  const auto shown = at + offset;
  const auto day = std::chrono::floor<days>(shown);
  const auto before = Instant(year_before(Day(day))) + (shown - day);
  auto moment = before - offset;
  return before - zones.at(moment).utc_offset(moment);
}

}  // namespace

bool Range::has(const FactVisit& visit) const {
  if (whole_days) return first <= visit.day && visit.day <= last;
  return visit.started < to && from <= visit.last;
}

bool Range::has(const FactVisit& visit, Instant at) const {
  if (whole_days) return first <= visit.day && visit.day <= last;
  return from <= at && at < to;
}

Range range_of(const stats::RangeSpec& spec, const FactSite& site, Instant now) {
  if (const auto* chosen = std::get_if<stats::DayRange>(&spec)) return of_days(chosen->first, chosen->last, site);
  if (const auto* instants = std::get_if<stats::InstantRange>(&spec)) return of_instants(instants->from, instants->to, site);
  return of_period(std::get<stats::RelativeRange>(spec), site, now);
}

Range compared_range(const Range& range, stats::Comparison comparison, const FactSite& site) {
  if (comparison == stats::Comparison::previous_year) {
    if (range.whole_days) return of_days(year_before(range.first), year_before(range.last), site);
    return of_instants(year_before(range.from, site.zones), year_before(range.to, site.zones), site);
  }
  if (range.whole_days) return of_days(range.first - (range.last - range.first) - days(1), range.first - days(1), site);
  return of_instants(range.from - (range.to - range.from), range.from, site);
}

std::string day_label(Day day, stats::Dimension dimension, const Range& range) {
  if (dimension == stats::Dimension::week) day = std::max(monday_of(day), range.first);
  if (dimension == stats::Dimension::month) day = std::max(month_of(day), range.first);
  return to_string(day);
}

std::set<std::string> time_labels(const Range& range, stats::Dimension dimension, const Zones& zones) {
  if (dimension == stats::Dimension::hour) return zones.hours_of(range.from, range.to - tick);
  std::set<std::string> labels;
  for (auto day = range.first; day <= range.last; day += days(1)) labels.insert(day_label(day, dimension, range));
  return labels;
}

}  // namespace pico::test
