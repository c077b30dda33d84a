#include "support/recount/calendar.hpp"

namespace pico::test {

using namespace std::chrono_literals;
using std::chrono::days;

/// Offsets and their changes are whole quarters of an hour everywhere since 1986.
constexpr std::chrono::minutes quarter{15};

const TimeZone& Zones::at(Instant moment) const {
  const TimeZone* in_force = &zones_.front().second;
  for (const auto& [from, zone] : zones_) {
    if (from <= moment) in_force = &zone;
  }
  return *in_force;
}

Day Zones::day_of(Instant moment) const {
  return at(moment).local_day(moment);
}

Instant Zones::day_start(Day day) const {
  Instant moment{day - days(2)};
  while (day_of(moment) < day) moment += quarter;
  return moment;
}

std::string Zones::hour_of(Instant moment) const {
  const auto shown = moment + at(moment).utc_offset(moment);
  const auto day = std::chrono::floor<days>(shown);
  const auto hour = std::to_string(std::chrono::floor<std::chrono::hours>(shown - day).count());
  return to_string(Day(day)) + (hour.size() == 1 ? " 0" : " ") + hour + ":00:00";
}

std::set<std::string> Zones::hours_of(Instant first, Instant last) const {
  std::set<std::string> hours{hour_of(last)};
  for (auto moment = first; moment < last; moment += quarter) hours.insert(hour_of(moment));
  return hours;
}

Day monday_of(Day day) {
  return day - (std::chrono::weekday(day) - std::chrono::Monday);
}

Day month_of(Day day) {
  const std::chrono::year_month_day date(day);
  return date.year() / date.month() / 1;
}

Day months_later(Day month, int count) {
  const std::chrono::year_month_day date(month);
  return (date.year() / date.month() + std::chrono::months(count)) / 1;
}

}  // namespace pico::test
