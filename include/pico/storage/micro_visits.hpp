#pragma once
#include <cstdint>
#include <string_view>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// How many visits µAnalytics' API or importer has stored of the site from one instant to before another. 0 when there is no such site.
/// Throws DatabaseError.
std::uint64_t count_micro_visits(Connection& connection, std::string_view domain, Instant from, Instant to);

}  // namespace pico::storage
