#include "stored_sites.hpp"

#include "pico/storage/salts.hpp"
#include "pico/storage/sites.hpp"

namespace pico::app {

std::vector<enrich::Site> stored_sites(storage::Connection& connection, const TimeZone& default_zone) {
  std::vector<enrich::Site> stored;
  for (auto& site : storage::list_sites(connection, storage::database_now(connection))) {
    const auto zone = TimeZone::find(site.time_zone);
    stored.push_back({std::move(site.domain), zone ? *zone : default_zone, true, site.store_ip});
  }
  return stored;
}

}  // namespace pico::app
