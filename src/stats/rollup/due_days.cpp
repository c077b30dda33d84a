#include "due_days.hpp"

#include <limits>

#include "sql.hpp"

namespace pico::stats {
namespace {

using namespace std::chrono_literals;

constexpr int days_at_a_time = 1000;
constexpr auto calendars_kept = 10min;
/// No zone is further ahead of UTC: before this much of a date's end by UTC, the date is over nowhere.
constexpr auto furthest_ahead = 15h;

std::vector<DueDay> next(storage::Connection& connection, DueCursor& cursor, std::string_view statement) {
  const auto rows = connection.execute(sql(statement), cursor.day, cursor.site, days_at_a_time);
  std::vector<DueDay> days;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    days.push_back({rows.get<int>(i, 0), rows.get<Day>(i, 1), rows.get<bool>(i, 2), rows.get<bool>(i, 3)});
  }
  if (!days.empty()) cursor.day = days.back().day, cursor.site = days.back().site;
  cursor.at_end = days.size() < days_at_a_time;
  return days;
}

}  // namespace

bool DayEnds::may_close(storage::Connection& connection, storage::SiteId site, Day day, Instant now) {
  const auto next_day = day + std::chrono::days(1);
  if (now < next_day - furthest_ahead + close_after_) return false;
  if (now >= forget_at_) {
    calendars_.clear();
    forget_at_ = now + calendars_kept;
  }
  auto found = calendars_.find(site);
  if (found == calendars_.end()) found = calendars_.emplace(site, Calendar::of_site(connection, site)).first;
  return now >= found->second.day_start(next_day) + close_after_;
}

DueCursor newest_first(Day last) {
  return {last, std::numeric_limits<storage::SiteId>::max(), false};
}

std::vector<DueDay> next_unrolled(storage::Connection& connection, DueCursor& cursor) {
  return next(connection, cursor, "due_days.next_unrolled");
}

std::vector<DueDay> next_marked(storage::Connection& connection, DueCursor& cursor) {
  return next(connection, cursor, "due_days.next_marked");
}

}  // namespace pico::stats
