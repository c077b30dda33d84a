#include "stored_sites.hpp"

#include "pico/storage/sites.hpp"

namespace pico::app {

std::vector<enrich::Site> stored_sites(storage::Connection& connection) {
  std::vector<enrich::Site> stored;
  for (auto& site : storage::list_sites(connection)) {
    stored.push_back({std::move(site.domain), storage::zones_as_known(site.site_id, site.zones), true, site.store_ip});
  }
  return stored;
}

}  // namespace pico::app
