#pragma once
#include <vector>

#include "pico/enrich/sites.hpp"
#include "pico/storage/connection.hpp"

namespace pico::app {

/// All sites as ingestion must know them, in the zones in which figures are asked for (storage::zones_as_known). Throws storage::DatabaseError.
std::vector<enrich::Site> stored_sites(storage::Connection& connection);

}  // namespace pico::app
