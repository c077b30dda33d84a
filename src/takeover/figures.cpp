#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "old_tables.hpp"
#include "pico/storage/sites.hpp"
#include "position.hpp"
#include "site_zones.hpp"
#include "sql.hpp"

namespace pico::takeover {
namespace {

/// The old domains that become sites, in the form in which the statements take them.
struct Mapping {
  std::vector<std::int64_t> domains;
  std::vector<std::string> sites, zones;
};

Mapping map_domains(const std::vector<OldDomain>& domains, const std::map<std::string, std::string>& zones, const TimeZone& of_others) {
  Mapping mapping;
  for (const auto& domain : domains) {
    auto site = site_of(domain.name);
    if (!site) continue;
    const auto zone = zones.find(*site);
    mapping.domains.push_back(domain.id);
    mapping.zones.push_back(zone == zones.end() ? of_others.name() : zone->second);
    mapping.sites.push_back(std::move(*site));
  }
  return mapping;
}

void read_old_events(const storage::Rows& rows, std::size_t i, SiteFigures& site) {
  site.old_events = rows.get<std::int64_t>(i, 1);
  site.old_pings = rows.get<std::int64_t>(i, 2);
  site.left_out = rows.get<std::int64_t>(i, 3);
  site.old_visitors = rows.get<std::int64_t>(i, 4);
  site.visitor_days = rows.get<std::int64_t>(i, 5);
  const auto sessions_of_events = rows.get<std::int64_t>(i, 6);
  site.session_days = rows.get<std::int64_t>(i, 7);
  const auto sessions = rows.get<std::int64_t>(i, 8);
  site.sessions_of_pings = sessions - sessions_of_events;
  site.sessions_without_events = site.old_sessions - sessions;
}

void read_here(storage::Connection& connection, SiteFigures& site, std::string_view first_day, std::string_view last_day) {
  const auto rows = connection.execute(sql("figures.here"), site.site, first_day, last_day);
  site.visits = rows.get<std::int64_t>(0, 0);
  site.visitors = rows.get<std::int64_t>(0, 1);
  site.events = rows.get<std::int64_t>(0, 2);
}

}  // namespace

Result<Figures> compare(storage::Connection& connection, const Options& options) {
  auto old = OldTables::open(options);
  if (!old) return old.error();
  old->connection().execute("set enable_hashjoin = on; set enable_mergejoin = on");
  Figures figures;
  figures.compared = has_schema(connection);
  std::map<std::string, std::string> zones;
  if (figures.compared)
    for (const auto& site : storage::list_sites(connection)) zones.emplace(site.domain, site.time_zone(SystemClock().now()));
  // Before there is a database of ours, what would come is counted: all of it.
  const auto last = figures.compared ? position(connection, options.schema) : std::numeric_limits<std::int64_t>::max();

  const auto mapping = map_domains(old->domains(), zones, options.default_zone);
  std::map<std::string, SiteFigures, std::less<>> sites;
  const auto sessions = old->connection().execute(sql("figures.old_sessions"), mapping.domains, mapping.sites);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    auto& site = sites[sessions.get<std::string>(i, 0)];
    site.site = sessions.get<std::string>(i, 0);
    site.old_domains = sessions.get<std::int64_t>(i, 1);
    site.old_sessions = site.sessions_without_events = sessions.get<std::int64_t>(i, 2);
  }
  const auto events = old->connection().execute(sql("figures.old_events"), mapping.domains, mapping.sites, mapping.zones, last);
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto& site = sites[events.get<std::string>(i, 0)];
    read_old_events(events, i, site);
    if (figures.compared && site.old_events > 0) read_here(connection, site, events.text(i, 9), events.text(i, 10));
  }
  figures.without_domain = old->connection().execute(sql("figures.of_no_site"), mapping.domains, last).get<std::int64_t>(0, 0);
  for (auto& [name, site] : sites) figures.sites.push_back(std::move(site));
  std::stable_sort(figures.sites.begin(), figures.sites.end(), [](const auto& a, const auto& b) { return a.old_events > b.old_events; });
  return figures;
}

}  // namespace pico::takeover
