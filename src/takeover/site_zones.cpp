#include "site_zones.hpp"

#include <fmt/format.h>

#include <algorithm>

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

Result<SiteZones> SiteZones::load(storage::Connection& connection, const TimeZone& of_others) {
  SiteZones zones(of_others);
  std::map<std::string, TimeZone, std::less<>> known;
  const auto rows = connection.execute(sql("site_zones.list"));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto name = rows.text(i, 2);
    auto zone = known.find(name);
    if (zone == known.end()) {
      auto found = TimeZone::find(name);
      if (!found) return Error{found.error().code, fmt::format("the site {} has the time zone {}: {}", rows.text(i, 0), name, found.error().message)};
      zone = known.emplace(name, std::move(*found)).first;
    }
    zones.sites_[rows.get<std::string>(i, 0)].insert_or_assign(rows.get<Instant>(i, 1), zone->second);
  }
  return zones;
}

const TimeZone& SiteZones::find(std::string_view site, Instant at) const {
  const auto found = sites_.find(site);
  if (found == sites_.end()) return of_others_;
  const auto& zones = found->second;
  const auto after = zones.upper_bound(at);
  return after == zones.begin() ? after->second : std::prev(after)->second;
}

}  // namespace pico::takeover
