#pragma once
#include <string>

#include "pico/config/config.hpp"
#include "pico/core/result.hpp"

/// The sub-commands that work on the database and exit. With the embedded Postgres they need the server to run: it is what keeps that
/// Postgres alive, and they find its socket in the data directory.
namespace pico::app {

struct SiteRequest {
  std::string domain;
  std::string time_zone;  ///< empty: as configured
};

Result<void> migrate(const config::Config& config);
Result<void> add_site(const config::Config& config, const SiteRequest& request);
Result<void> list_sites(const config::Config& config);
Result<void> set_site(const config::Config& config, const SiteRequest& request);
Result<void> remove_site(const config::Config& config, const SiteRequest& request);

}  // namespace pico::app
