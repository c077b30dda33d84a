#include "pico/storage/day_changes.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "day_locks.hpp"
#include "sql.hpp"

namespace pico::storage {

void announce(Connection& connection, std::vector<DayChange> changes) {
  if (changes.empty()) return;
  std::sort(changes.begin(), changes.end(), [](const DayChange& a, const DayChange& b) {
    return std::tie(a.site_id, a.day) < std::tie(b.site_id, b.day);
  });
  std::set<std::int64_t> numbers;
  std::vector<Day> days;
  std::vector<std::int64_t> sites, first, last, visitors;  // first to last: the day's part of visitors, counted from 1
  for (const auto& change : changes) {
    numbers.insert(day_number(change.day));
    days.push_back(change.day);
    sites.push_back(change.site_id);
    first.push_back(static_cast<std::int64_t>(visitors.size()) + 1);
    if (change.visitors) visitors.insert(visitors.end(), change.visitors->begin(), change.visitors->end());
    last.push_back(change.visitors ? static_cast<std::int64_t>(visitors.size()) : -1);
  }
  const std::vector<std::int64_t> sorted(numbers.begin(), numbers.end());
  connection.execute(sql("day_changes.lock_shared"), day_lock_class, sorted);
  connection.execute(sql("day_changes.announce"), sites, days, first, last, visitors);
}

void lock_day_exclusive(Connection& connection, Day day) {
  connection.execute("select pg_advisory_xact_lock($1::int, $2::int)", day_lock_class, day_number(day));
}

void trim_feed(Connection& connection) {
  Transaction transaction(connection);
  connection.execute("insert into pico.feed_horizon default values on conflict (only_row) do nothing");
  connection.execute(sql("day_changes.trim_feed"));
  transaction.commit();
}

}  // namespace pico::storage
