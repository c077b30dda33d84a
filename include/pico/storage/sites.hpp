#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"
#include "pico/core/time_zone.hpp"
#include "pico/storage/connection.hpp"

/// The sites and their time zones. All functions throw DatabaseError.
namespace pico::storage {

struct SiteRow {
  int site_id = 0;
  std::string domain;
  std::string time_zone;  ///< the one in force, an IANA name
  Instant created_at;
};

/// All sites by domain, with the time zones that hold at `now`.
std::vector<SiteRow> list_sites(Connection& connection, Instant now);

/// Creates the site unless there is one of that domain, which is left as it is. Returns its id. Safe when several do it at once.
int create_site(Connection& connection, std::string_view domain, const TimeZone& zone);

/// The site's id. Errc::not_found when there is none of that domain.
Result<int> find_site(Connection& connection, std::string_view domain);

/// Gives the site another zone from its next midnight (that of the zone in force) on, so that days that have begun keep their
/// borders. Returns that moment; Errc::not_found when there is no such site, Errc::invalid when the zone in force has left the
/// time zone data.
Result<Instant> set_site_time_zone(Connection& connection, std::string_view domain, const TimeZone& zone, Instant now);

/// Removes the site with all its facts and words, its goals and keys, in small transactions: interrupted, it goes on at the next call. The row of the
/// site goes last. Writers must not know the domain any more, or they put facts back. Errc::not_found when there is no such site.
Result<void> remove_site(Connection& connection, std::string_view domain);

}  // namespace pico::storage
