#pragma once
#include <vector>

#include "pico/core/time_zone.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/storage/connection.hpp"

namespace pico::app {

/// All sites as ingestion must know them. A zone that this system does not know becomes the default one. Throws storage::DatabaseError.
std::vector<enrich::Site> stored_sites(storage::Connection& connection, const TimeZone& default_zone);

}  // namespace pico::app
