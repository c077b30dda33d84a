#include "pico/storage/sites.hpp"

#include "sql.hpp"

namespace pico::storage {

std::vector<SiteRow> list_sites(Connection& connection, Instant now) {
  const auto rows = connection.execute(sql("sites.list"), now);
  std::vector<SiteRow> sites;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sites.push_back({rows.get<int>(i, 0), rows.get<std::string>(i, 1), rows.get<std::string>(i, 2), rows.get<Instant>(i, 3), rows.get<bool>(i, 4)});
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
  const auto row = connection.execute(sql("sites.find_zone"), domain, now);
  if (row.empty()) return Error{Errc::not_found, "there is no such site"};
  const auto present = TimeZone::find(row.text(0, 1));
  if (!present) return present.error();
  const auto midnight = present->day_start(present->local_day(now) + std::chrono::days(1));
  connection.execute(sql("sites.drop_pending_zones"), row.get<int>(0, 0), now);
  connection.execute(sql("sites.add_zone"), row.get<int>(0, 0), midnight, zone.name());
  transaction.commit();
  return midnight;
}

}  // namespace pico::storage
