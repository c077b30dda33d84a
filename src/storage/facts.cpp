#include "facts.hpp"

#include <array>

#include "forgotten_days.hpp"
#include "pico/storage/day_changes.hpp"
#include "short_locks.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

/// Each time the day's events are looked through for those of so many visits, and writers of these visitors wait for so long.
constexpr int visits_at_a_time = 20'000;
/// In the order in which writers lock them, once the visits are locked.
constexpr std::array fact_tables{"pico.events", "pico.event_details", "pico.engagement", "pico.micro_visits", "pico.visits"};

std::int64_t visitor_of(std::int64_t visit_id) {
  return visit_id & ~std::int64_t{1023};
}

/// The next visits to go, locked with the heads of their visitors. All of a visitor-day or none: one without its head must never be seen.
std::vector<std::int64_t> lock_visits(Connection& connection, int site_id, Day day, bool only_bots) {
  const auto rows = connection.execute(sql("facts.visits_of_day"), site_id, day, only_bots, visits_at_a_time);
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows.get<bool>(i, 1)) ids.push_back(rows.get<std::int64_t>(i, 0));
  }
  if (ids.empty() || rows.get<int>(0, 2) < visits_at_a_time) return ids;
  const auto last = visitor_of(ids.back());
  while (!ids.empty() && visitor_of(ids.back()) == last) ids.pop_back();
  return ids;
}

std::vector<std::int64_t> visitors_of(const std::vector<std::int64_t>& visit_ids) {
  std::vector<std::int64_t> visitors;
  for (const auto id : visit_ids) {
    if (visitors.empty() || visitors.back() != visitor_of(id)) visitors.push_back(visitor_of(id));
  }
  return visitors;
}

/// Returns how many; 0: there are none left.
std::size_t delete_some_visits(Connection& connection, int site_id, Day day, bool only_bots) {
  std::size_t deleted = 0;
  with_short_locks(connection, [&] {
    const auto ids = lock_visits(connection, site_id, day, only_bots);
    deleted = ids.size();
    if (ids.empty()) return;
    const auto visitors = visitors_of(ids);
    if (only_bots) {
      connection.execute(sql("facts.raise_heads"), site_id, day, visitors);
      connection.execute(sql("facts.empty_heads"), site_id, day, ids);
    }
    for (const auto* table : fact_tables) {
      auto statement = std::string("delete from ") + table + " where site_id = $1 and day = $2 and visit_id = any ($3::bigint[])";
      if (table == fact_tables.back() && only_bots) statement += " and bot <> 0";
      connection.execute(statement, site_id, day, ids);
    }
    announce(connection, {{site_id, day, visitors}});
  });
  return deleted;
}

/// Facts whose visit is not there.
void delete_orphans(Connection& connection, int site_id, Day day) {
  with_short_locks(connection, [&] {
    std::size_t deleted = 0;
    for (const auto* table : fact_tables) {
      const auto statement = std::string("delete from ") + table +
                             " f where site_id = $1 and day = $2 and not exists "
                             "(select from pico.visits where site_id = $1 and day = $2 and visit_id = f.visit_id)";
      if (table != fact_tables.back()) deleted += connection.execute(statement, site_id, day).affected();
    }
    if (deleted > 0) announce(connection, {{site_id, day, std::nullopt}});
  });
}

std::size_t delete_visits(Connection& connection, int site_id, Day day, bool only_bots) {
  std::size_t deleted = 0;
  while (const auto some = delete_some_visits(connection, site_id, day, only_bots)) deleted += some;
  return deleted;
}

}  // namespace

std::size_t delete_facts_before(Connection& connection, int site_id, Day before, Whose whose) {
  const bool only_bots = whose == Whose::bots;
  const auto days = only_bots ? connection.execute(sql("facts.site_bot_days"), site_id, before) : connection.execute(sql("facts.site_days"), site_id, before);
  std::size_t deleted = 0;
  for (std::size_t i = 0; i < days.size(); ++i) {
    const auto day = days.get<Day>(i, 0);
    deleted += delete_visits(connection, site_id, day, only_bots);
    if (!only_bots) delete_orphans(connection, site_id, day);
    forget_day_without_facts(connection, site_id, day);
  }
  return deleted;
}

}  // namespace pico::storage
