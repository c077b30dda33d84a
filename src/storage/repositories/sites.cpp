#include "pico/storage/sites.hpp"

#include <array>

#include "sql.hpp"

namespace pico::storage {
namespace {

constexpr int rows_per_step = 10'000;

/// The facts first: as long as the site's row is there, the removal can be asked for again.
constexpr std::array<std::string_view, 7> tables{"events", "event_details", "engagement", "visits", "opt_outs", "pages", "acquisitions"};

void remove_rows(Connection& connection, std::string_view table, int site_id) {
  // Found through the index on site_id of each table, a step at a time: a long delete would hold locks and swell the tables.
  const auto statement = "delete from pico." + std::string(table) + " where (tableoid, ctid) in (select tableoid, ctid from pico." + std::string(table) +
                         " where site_id = $1 limit $2) and site_id = $1";
  while (connection.execute(statement, site_id, rows_per_step).affected() == rows_per_step) continue;
}

}  // namespace

std::vector<SiteRow> list_sites(Connection& connection) {
  const auto rows = connection.execute(sql("sites.list"));
  std::vector<SiteRow> sites;
  for (std::size_t i = 0; i < rows.size(); ++i)
    sites.push_back({rows.get<int>(i, 0), rows.get<std::string>(i, 1), rows.get<std::string>(i, 2)});
  return sites;
}

void create_site(Connection& connection, std::string_view domain, std::string_view time_zone) {
  connection.execute(sql("sites.create"), domain, time_zone);
}

bool set_site_time_zone(Connection& connection, std::string_view domain, std::string_view time_zone, Instant from) {
  return connection.execute(sql("sites.set_time_zone"), domain, time_zone, from).affected() > 0;
}

bool remove_site(Connection& connection, std::string_view domain) {
  const auto found = connection.execute("select site_id from pico.sites where domain = $1", domain);
  if (found.empty()) return false;
  const auto site_id = found.get<int>(0, 0);
  for (const auto table : tables) remove_rows(connection, table, site_id);
  connection.execute("delete from pico.sites where site_id = $1", site_id);
  return true;
}

}  // namespace pico::storage
