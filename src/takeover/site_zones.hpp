#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "old_tables.hpp"
#include "pico/enrich/sites.hpp"

namespace pico::takeover {

/// The site that an old domain becomes: lower-case, without `www.`. nullopt: it is blank or no host.
std::optional<std::string> site_of(std::string_view old_domain);

/// Makes the sites that are missing, and lets each be as old as the oldest session of its domains. Returns how many were made.
std::size_t make_sites(storage::Connection& connection, const std::vector<OldDomain>& domains, const TimeZone& zone);

/// Reads all sites with their time zones. Errc::invalid names a site whose zone this system does not know.
Result<void> load_sites(storage::Connection& connection, enrich::Sites& sites);

}  // namespace pico::takeover
