#include "month_roller.hpp"

#include <spdlog/spdlog.h>

#include <optional>

#include "codec.hpp"
#include "conflicts.hpp"
#include "day_roller.hpp"
#include "sql.hpp"

namespace pico::stats {
namespace {

using storage::Connection;
using storage::Transaction;

/// A payload of this day cannot be read.
struct DamagedDay {
  Day day;
};

/// The days of which the month consists; none when they are not all rolled up and unmarked, or the month is there already.
std::vector<Day> days_to_sum(Connection& connection, const SiteMonth& month) {
  const auto rows = connection.execute(sql("month_roller.days"), month.site, month.month);
  std::vector<Day> days;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows.get<bool>(i, 1)) return {};
    days.push_back(rows.get<Day>(i, 0));
  }
  return days;
}

template <class F>
void each_day(Connection& connection, const SiteMonth& month, Dimension dimension, const std::vector<Day>& days, F f) {
  read_rollups(connection, month.site, RollupPeriod::day, dimension, days, [&](Day day, const auto& payload) {
    const auto table = DecodedTable::of(payload);
    if (!table) throw DamagedDay{day};
    f(day, *table);
  });
}

void write_dimension(Connection& connection, const SiteMonth& month, Dimension dimension, const std::vector<Day>& days,
                     std::size_t max_rows) {
  Table sum;
  bool too_large = false;
  each_day(connection, month, dimension, days, [&](Day, const DecodedTable& table) {
    if (!too_large) table.add_to(sum);
    if (sum.size() > max_rows) too_large = true, sum = {};
  });
  if (too_large) write_too_large(connection, month.site, month.month, dimension);
  else if (!sum.empty()) write_rollup(connection, month.site, RollupPeriod::month, month.month, dimension, sum);
}

void write_days(Connection& connection, const SiteMonth& month, const std::vector<Day>& days) {
  Table by_day;
  for (const auto day : days) by_day[to_string(day)] = {};
  each_day(connection, month, Dimension::none, days, [&](Day day, const DecodedTable& table) {
    table.each([&](std::string_view, const Figures& figures) { by_day[to_string(day)] += figures; });
  });
  write_rollup(connection, month.site, RollupPeriod::month, month.month, days_of_month, by_day);
}

bool roll_month_once(Connection& connection, const SiteMonth& month, std::size_t max_rows) {
  Transaction transaction(connection, storage::Isolation::repeatable_read);
  const auto days = days_to_sum(connection, month);
  if (days.empty()) return false;
  for (const auto dimension : rolled_up_dimensions()) write_dimension(connection, month, dimension, days, max_rows);
  write_days(connection, month, days);
  raise_version(connection, month.site);
  transaction.commit();
  return true;
}

}  // namespace

std::vector<SiteMonth> months_without_rollup(Connection& connection, Day from, Day to) {
  const auto rows = connection.execute(sql("month_roller.months_without_rollup"), from, to,
                                       static_cast<std::int64_t>(most_months_at_once));
  std::vector<SiteMonth> months;
  for (std::size_t i = 0; i < rows.size(); ++i) months.push_back({rows.get<int>(i, 0), rows.get<Day>(i, 1)});
  return months;
}

bool roll_month(Connection& connection, const SiteMonth& month, std::size_t max_rows) {
  try {
    return with_conflicts_retried([&] { return roll_month_once(connection, month, max_rows); });
  } catch (const DamagedDay& damaged) {
    spdlog::warn("the rollup of {} of site {} cannot be read and is made anew", to_string(damaged.day), month.site);
    unroll_day(connection, month.site, damaged.day);
    return false;
  }
}

}  // namespace pico::stats
