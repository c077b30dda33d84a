#include "site_zones.hpp"

#include <algorithm>
#include <map>

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"
#include "pico/storage/sites.hpp"
#include "sql.hpp"

namespace pico::takeover {

std::optional<std::string> site_of(std::string_view old_domain) {
  auto site = clean_text(normalise_host(old_domain), event::limits::domain);
  if (!is_host(site)) return std::nullopt;
  return site;
}

std::size_t make_sites(storage::Connection& connection, const std::vector<OldDomain>& domains, const TimeZone& zone) {
  std::map<std::string, std::optional<Instant>> sites;
  for (const auto& domain : domains) {
    const auto name = site_of(domain.name);
    if (!name) continue;
    auto& first = sites[*name];
    if (domain.first_seen && (!first || *domain.first_seen < *first)) first = domain.first_seen;
  }
  std::size_t made = 0;
  storage::Transaction transaction(connection);
  storage::hold_sites(connection);
  for (const auto& [name, first] : sites) {
    made += connection.execute(sql("site_zones.create_site"), name, first, zone.name()).affected();
    if (first) connection.execute(sql("site_zones.date_back"), name, *first);
  }
  transaction.commit();
  return made;
}

Result<void> load_sites(storage::Connection& connection, enrich::Sites& sites) {
  std::vector<enrich::Site> stored;
  for (auto& row : storage::list_sites(connection)) {
    auto zones = storage::known_zones(row.domain, row.zones);
    if (!zones) return zones.error();
    stored.push_back({std::move(row.domain), std::move(*zones)});
  }
  sites.replace_stored(std::move(stored));
  return {};
}

}  // namespace pico::takeover
