#include "commands.hpp"

#include <fmt/format.h>

#include <iostream>

#include "database.hpp"
#include "pico/core/time_zone.hpp"
#include "pico/core/url.hpp"
#include "pico/storage/migrator.hpp"
#include "pico/storage/salts.hpp"
#include "pico/storage/sites.hpp"

namespace pico::app {
namespace {

Result<TimeZone> zone_of(const config::Config& config, const std::string& name) {
  return name.empty() ? Result<TimeZone>(config.sites.default_time_zone) : TimeZone::find(name);
}

Result<void> set_time_zone(const config::Config& config, const SiteRequest& request) {
  const auto zone = zone_of(config, request.time_zone);
  if (!zone) return zone.error();
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    const auto from = storage::set_site_time_zone(connection, normalise_host(request.domain), *zone, storage::database_now(connection));
    if (!from) return from.error();
    std::cout << normalise_host(request.domain) << " " << zone->name() << " from " << to_string(*from) << ", when a day of the site ends\n";
    return {};
  });
}

Result<void> set_store_ip(const config::Config& config, const SiteRequest& request) {
  const bool on = request.value == "on";
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    if (const auto set = storage::set_store_ip(connection, normalise_host(request.domain), on); !set) return set.error();
    std::cout << normalise_host(request.domain)
              << (on ? ": the addresses that µAnalytics' API is given from now on are kept\n" : ": no addresses are kept, and those there were are deleted\n");
    return {};
  });
}

}  // namespace

Result<void> migrate(const config::Config& config) {
  return with_connection(config, [](storage::Connection& connection) -> Result<void> {
    const auto ran = storage::migrate(connection);
    if (!ran) return ran.error();
    for (const auto& name : *ran) std::cout << "ran " << name << "\n";
    if (ran->empty()) std::cout << "nothing to do: the schema is up to date\n";
    return {};
  });
}

Result<void> add_site(const config::Config& config, const SiteRequest& request) {
  const auto zone = zone_of(config, request.time_zone);
  if (!zone) return zone.error();
  const auto domain = normalise_host(request.domain);
  if (domain.empty() || domain.find_first_of("/: ") != std::string::npos)
    return Error{Errc::invalid, "a site is a host, such as example.com: without scheme, port and path"};
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    storage::create_site(connection, domain, *zone);
    std::cout << domain << " " << zone->name() << "\n";
    return {};
  });
}

Result<void> list_sites(const config::Config& config) {
  return with_connection(config, [](storage::Connection& connection) -> Result<void> {
    const auto now = storage::database_now(connection);
    for (const auto& site : storage::list_sites(connection)) std::cout << site.domain << " " << site.time_zone(now) << "\n";
    return {};
  });
}

Result<void> set_site(const config::Config& config, const SiteRequest& request) {
  if (request.setting.empty() == request.time_zone.empty()) return Error{Errc::invalid, "say what to change: --time-zone ZONE, or store-ip on or off"};
  return request.setting.empty() ? set_time_zone(config, request) : set_store_ip(config, request);
}

Result<void> remove_site(const config::Config& config, const SiteRequest& request) {
  if (!request.confirmed)
    return Error{Errc::invalid, fmt::format("everything that was counted for {} would be deleted for ever: say --yes if that is what you want", request.domain)};
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    return storage::remove_site(connection, normalise_host(request.domain));
  });
}

}  // namespace pico::app
