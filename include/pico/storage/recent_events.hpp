#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

struct RecentEvent {
  Instant at;
  std::string name, path, browser, os, country, channel;
  std::uint64_t visit_id = 0;
};

/// The visitor's events of today and yesterday on that site, newest first. Throws DatabaseError.
std::vector<RecentEvent> recent_events(Connection& connection, std::string_view domain, std::uint64_t visitor_id, std::size_t limit);

}  // namespace pico::storage
