#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// An event as a person wants to see it.
struct RecentEvent {
  Instant at;
  std::string name;  ///< `load`, `hidden`, … or a custom event's name
  std::string hostname, path;
  std::int64_t visit_id = 0;
  std::string browser, os, country, channel;  ///< of its visit
};

/// A visitor's latest events of that day (the site's), newest first, for pages that show visitors what was recorded of them.
/// Empty for an unknown domain. Throws DatabaseError.
std::vector<RecentEvent> recent_events(Connection& connection, std::string_view domain, Day day, std::uint64_t visitor_id,
                                       int limit);

}  // namespace pico::storage
