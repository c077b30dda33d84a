#include "pico/storage/partitions.hpp"

#include <fmt/format.h>

#include <set>

#include "forgotten_days.hpp"
#include "short_locks.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::year_month;

/// Serialises the creation of partitions among instances.
constexpr std::int64_t lock_id = 0x7069636f70617274;  // "picopart"

year_month month_of(Day day) {
  const std::chrono::year_month_day date(day);
  return {date.year(), date.month()};
}
Day first_day(year_month month) {
  return month / 1;
}

/// Facts carry the site's local day; the instants of a local month lie within the UTC month and a day on either side. With these
/// CHECKs the planner also leaves out months when a query names instants only.
std::string instant_check(std::string_view column, year_month month) {
  return fmt::format("check ({0} >= '{1} 00:00:00+00' and {0} < '{2} 00:00:00+00')", column,
                     to_string(first_day(month) - days(2)), to_string(first_day(month + months(1)) + days(2)));
}

struct FactTable {
  std::string_view name;
  std::vector<std::string_view> instants;
  bool hashed;
  std::string_view storage;  // settings of a leaf
};

/// visits are updated in place: a little room in each page keeps the updates HOT, provided that vacuum comes round often.
const FactTable& fact_table(std::string_view name) {
  static const FactTable tables[] = {
      {"events", {"at"}, true, ""},
      {"visits", {"started_at", "last_at"}, true, " with (fillfactor = 95, autovacuum_vacuum_scale_factor = 0.02)"},
      {"event_details", {"at"}, false, ""},
      {"engagement", {"at"}, false, ""},
      {"micro_visits", {"at"}, false, ""},
  };
  return *std::find_if(std::begin(tables), std::end(tables), [&](const FactTable& table) { return table.name == name; });
}

/// Made on its own and attached when complete: attaching takes a lock that lets readers and writers of the table go on.
std::string creation_of(const FactTable& table, year_month month, int hash_parts) {
  const auto name =
      fmt::format("pico.{}_{:04}_{:02}", table.name, static_cast<int>(month.year()), static_cast<unsigned>(month.month()));
  const bool split = table.hashed && hash_parts > 1;
  auto text = fmt::format("create table {} (like pico.{} including defaults", name, table.name);
  for (const auto column : table.instants) text += ", " + instant_check(column, month);
  text += fmt::format("){};\n", split ? " partition by hash (site_id)" : table.storage);
  for (int part = 0; split && part < hash_parts; ++part) {
    text += fmt::format("create table {0}_h{1} partition of {0} for values with (modulus {2}, remainder {1}){3};\n", name, part,
                        hash_parts, table.storage);
  }
  return text + fmt::format("alter table pico.{} attach partition {} for values from ('{}') to ('{}');\n", table.name, name,
                            to_string(first_day(month)), to_string(first_day(month + months(1))));
}

void create_missing(Connection& connection, const std::vector<Day>& first_days, int hash_parts) {
  connection.execute("select pg_advisory_xact_lock($1)", lock_id);
  const auto missing = connection.execute(sql("partitions.missing"), first_days);  // another instance may have been quicker
  std::string statements;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    statements += creation_of(fact_table(missing.text(i, 0)), month_of(missing.get<Day>(i, 1)), hash_parts);
  }
  if (!statements.empty()) connection.execute(statements);
}

/// Removes the month's facts and all that is kept of its days, at once for everybody; returns the partitions, which are empty now.
std::vector<std::string> empty_month(Connection& connection, Day month) {
  std::vector<std::string> names;
  with_short_locks(connection, [&] {
    connection.execute("select pg_advisory_xact_lock($1)", lock_id);  // nobody else drops them meanwhile
    const auto rows = connection.execute(sql("partitions.of_month"), month);
    names.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) names.push_back(rows.get<std::string>(i, 0));
    if (names.empty()) return;
    // Emptying locks these partitions only, not the tables, so that writers go on with the other months.
    connection.execute(fmt::format("truncate pico.{}", fmt::join(names, ", pico.")));
    forget_month(connection, month);
  });
  return names;
}

/// Unless it has facts again: late events may have come after it was emptied. They stay until the next time.
void drop_empty_partition(Connection& connection, const std::string& name) {
  const auto table = name.substr(0, name.size() - std::string_view("_2026_11").size());
  with_short_locks(connection, [&] {
    connection.execute(fmt::format("lock table only pico.{} in access exclusive mode", table));  // first, as writers do
    if (connection.execute("select to_regclass('pico.' || $1)", name).is_null(0, 0)) return;
    if (connection.execute(fmt::format("select from pico.{} limit 1", name)).empty()) connection.execute("drop table pico." + name);
  });
}

}  // namespace

void ensure_partitions(Connection& connection, std::span<const Day> wanted, int hash_parts) {
  std::set<Day> unique;
  for (const auto day : wanted) unique.insert(first_day(month_of(day)));
  const std::vector<Day> first_days(unique.begin(), unique.end());
  if (connection.execute(sql("partitions.missing"), first_days).empty()) return;
  with_short_locks(connection, [&] { create_missing(connection, first_days, hash_parts); });
}

void ensure_partitions_ahead(Connection& connection, Day today, int hash_parts) {
  std::vector<Day> first_days;
  for (int offset = -1; offset <= 3; ++offset) first_days.push_back(first_day(month_of(today) + months(offset)));
  ensure_partitions(connection, first_days, hash_parts);
}

std::vector<std::string> drop_partitions_before(Connection& connection, Day day) {
  const auto months = connection.execute(sql("partitions.months_before"), day);
  std::vector<std::string> dropped;
  for (std::size_t i = 0; i < months.size(); ++i) {
    const auto names = empty_month(connection, months.get<Day>(i, 0));
    // One transaction each: dropping locks the whole table against everybody, and two such locks at a time invite deadlocks.
    for (const auto& name : names) drop_empty_partition(connection, name);
    dropped.insert(dropped.end(), names.begin(), names.end());
  }
  return dropped;
}

}  // namespace pico::storage
