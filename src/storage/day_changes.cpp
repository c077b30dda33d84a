#include "pico/storage/day_changes.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "day_locks.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

/// For announcing changes of these days.
void lock_shared(Connection& connection, const std::set<Day>& days) {
  const bool by_day = days.size() <= most_locked_days;
  std::set<std::int64_t> numbers;
  for (const auto day : days) numbers.insert(by_day ? day_number(day) : month_number(day));
  connection.execute(sql("day_changes.lock_shared"), by_day ? day_lock_class : month_lock_class,
                     std::vector<std::int64_t>(numbers.begin(), numbers.end()));
}

}  // namespace

void announce(Connection& connection, std::vector<DayChange> changes) {
  if (changes.empty()) return;
  std::sort(changes.begin(), changes.end(), [](const DayChange& a, const DayChange& b) {
    return std::tie(a.site_id, a.day) < std::tie(b.site_id, b.day);
  });
  std::vector<Day> days;
  std::vector<std::int64_t> sites, first, last, visitors;  // first to last: the day's part of visitors, counted from 1
  for (const auto& change : changes) {
    days.push_back(change.day);
    sites.push_back(change.site_id);
    first.push_back(static_cast<std::int64_t>(visitors.size()) + 1);
    if (change.visitors) visitors.insert(visitors.end(), change.visitors->begin(), change.visitors->end());
    last.push_back(change.visitors ? static_cast<std::int64_t>(visitors.size()) : -1);
  }
  lock_shared(connection, {days.begin(), days.end()});
  connection.execute(sql("day_changes.announce"), sites, days, first, last, visitors);
}

void lock_day_exclusive(Connection& connection, Day day) {
  connection.execute("select pg_advisory_xact_lock($1::int, $2::int), pg_advisory_xact_lock($3::int, $4::int)", month_lock_class,
                     month_number(day), day_lock_class, day_number(day));
}

void trim_feed(Connection& connection) {
  Transaction transaction(connection);
  connection.execute("insert into pico.feed_horizon default values on conflict (only_row) do nothing");
  connection.execute(sql("day_changes.trim_feed"));
  transaction.commit();
}

}  // namespace pico::storage
