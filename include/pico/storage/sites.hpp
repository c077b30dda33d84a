#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pico/storage/connection.hpp"

/// The table of sites. All functions throw DatabaseError.
namespace pico::storage {

struct SiteRow {
  int site_id = 0;
  std::string domain;
  std::string time_zone;  ///< IANA name, the one in force now
};

/// By domain.
std::vector<SiteRow> list_sites(Connection& connection);

/// Makes the site; one that is there already stays as it is.
void create_site(Connection& connection, std::string_view domain, std::string_view time_zone);

/// The site's days follow this zone from `from` on; earlier days stay as they are. False: there is no such site.
bool set_site_time_zone(Connection& connection, std::string_view domain, std::string_view time_zone, Instant from);

/// Removes the site and everything counted for it, in small steps that do not hold up the writers. The connection must not be in a
/// transaction. False: there is no such site.
bool remove_site(Connection& connection, std::string_view domain);

}  // namespace pico::storage
