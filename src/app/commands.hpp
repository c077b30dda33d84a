#pragma once
#include <string>

#include "pico/config/config.hpp"
#include "pico/core/result.hpp"

/// The sub-commands that work on the database and exit. With the embedded Postgres they need the server to run: it is what keeps that
/// Postgres alive, and they find its socket in the data directory.
namespace pico::app {

struct SiteRequest {
  std::string domain;
  std::string time_zone;   ///< empty: as configured, or as it is
  std::string setting, value;  ///< to change; empty: none
  bool confirmed = false;  ///< --yes
};

struct KeyRequest {
  std::string site;  ///< empty: all
  std::string scope;
  std::string name;
  std::string prefix;  ///< of the key to revoke
};

struct GoalRequest {
  std::string site;
  std::string event, page;  ///< one of them
  std::string name;
};

Result<void> migrate(const config::Config& config);
Result<void> add_site(const config::Config& config, const SiteRequest& request);
Result<void> list_sites(const config::Config& config);
Result<void> set_site(const config::Config& config, const SiteRequest& request);
Result<void> remove_site(const config::Config& config, const SiteRequest& request);

/// Prints the key, the only time that it can be seen.
Result<void> create_key(const config::Config& config, const KeyRequest& request);
Result<void> list_keys(const config::Config& config);
Result<void> revoke_key(const config::Config& config, const KeyRequest& request);

Result<void> add_goal(const config::Config& config, const GoalRequest& request);
Result<void> list_goals(const config::Config& config, const GoalRequest& request);
Result<void> remove_goal(const config::Config& config, const GoalRequest& request);

}  // namespace pico::app
