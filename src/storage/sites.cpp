#include "pico/storage/sites.hpp"

#include <algorithm>

#include "sql.hpp"

namespace pico::storage {

const std::string& SiteRow::time_zone(Instant now) const {
  const auto later = std::find_if(zones.begin() + 1, zones.end(), [&](const SiteZone& zone) { return zone.from > now; });
  return std::prev(later)->name;
}

std::vector<SiteRow> list_sites(Connection& connection) {
  const auto rows = connection.execute(sql("sites.list"));
  std::vector<SiteRow> sites;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto id = rows.get<int>(i, 0);
    if (sites.empty() || sites.back().site_id != id) {
      sites.push_back({id, rows.get<std::string>(i, 1), rows.get<Instant>(i, 2), rows.get<bool>(i, 3), {}});
    }
    sites.back().zones.push_back({rows.get<Instant>(i, 4), rows.get<std::string>(i, 5)});
  }
  return sites;
}

int create_site(Connection& connection, std::string_view domain, const TimeZone& zone) {
  for (;;) {  // somebody may remove it again in between
    connection.execute(sql("sites.create"), domain, zone.name());
    const auto row = connection.execute("select site_id from pico.sites where domain = $1", domain);
    if (!row.empty()) return row.get<int>(0, 0);
  }
}

Result<int> find_site(Connection& connection, std::string_view domain) {
  const auto row = connection.execute("select site_id from pico.sites where domain = $1", domain);
  if (row.empty()) return Error{Errc::not_found, "there is no such site"};
  return row.get<int>(0, 0);
}

Result<Instant> set_site_time_zone(Connection& connection, std::string_view domain, const TimeZone& zone, Instant now) {
  Transaction transaction(connection);
  const auto known = now + zone_notice;  // what comes until then may be in force here or there, and stays
  const auto row = connection.execute(sql("sites.find_zone"), domain, known);
  if (row.empty()) return Error{Errc::not_found, "there is no such site"};
  const auto present = known_zone(domain, row.text(0, 1));
  if (!present) return present.error();
  const auto midnight = present->day_start(present->local_day(known) + std::chrono::days(1));
  connection.execute(sql("sites.drop_pending_zones"), row.get<int>(0, 0), known);
  connection.execute(sql("sites.add_zone"), row.get<int>(0, 0), midnight, zone.name());
  transaction.commit();
  return midnight;
}

}  // namespace pico::storage
