#include "facts.hpp"

#include <array>

#include "sql.hpp"

namespace pico::storage {
namespace {

constexpr int visits_at_a_time = 5000;
/// The visits last: a deletion that is cut short must find the rest again.
constexpr std::array fact_tables{"pico.events", "pico.event_details", "pico.engagement", "pico.visits"};

std::size_t delete_visits(Connection& connection, int site_id, Day day, bool only_bots) {
  for (std::size_t deleted = 0;;) {
    const auto rows = connection.execute(sql("facts.visits_of_day"), site_id, day, only_bots, visits_at_a_time);
    if (rows.empty()) return deleted;
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows.size(); ++i) ids.push_back(rows.get<std::int64_t>(i, 0));
    Transaction transaction(connection);
    for (const auto* table : fact_tables) {
      connection.execute(
          std::string("delete from ") + table + " where site_id = $1 and day = $2 and visit_id = any ($3::bigint[])", site_id,
          day, ids);
    }
    transaction.commit();
    deleted += ids.size();
  }
}

/// Facts whose visit is not there.
void delete_rest_of_day(Connection& connection, int site_id, Day day) {
  for (const auto* table : fact_tables) {
    connection.execute(std::string("delete from ") + table + " where site_id = $1 and day = $2", site_id, day);
  }
}

}  // namespace

std::size_t delete_facts_before(Connection& connection, int site_id, Day before) {
  std::size_t deleted = 0;
  const auto days = connection.execute(sql("facts.site_days"), site_id, before);
  for (std::size_t i = 0; i < days.size(); ++i) {
    deleted += delete_visits(connection, site_id, days.get<Day>(i, 0), false);
    delete_rest_of_day(connection, site_id, days.get<Day>(i, 0));
  }
  return deleted;
}

std::size_t delete_bots_before(Connection& connection, int site_id, Day before) {
  std::size_t deleted = 0;
  const auto days = connection.execute(sql("facts.site_bot_days"), site_id, before);
  for (std::size_t i = 0; i < days.size(); ++i) deleted += delete_visits(connection, site_id, days.get<Day>(i, 0), true);
  return deleted;
}

}  // namespace pico::storage
