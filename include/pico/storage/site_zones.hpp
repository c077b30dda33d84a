#pragma once
#include <span>
#include <string>
#include <string_view>

#include "pico/core/result.hpp"
#include "pico/core/zone_history.hpp"
#include "pico/storage/connection.hpp"

/// Sites' time zones as they are stored, by name, and what this system's time zone data makes of them.
namespace pico::storage {

/// A row of pico.site_zones.
struct SiteZone {
  Instant from;
  std::string name;
};

/// The zones of a site through time, for all who cut its days: one that is not in this system's data counts as UTC, and is warned of once.
/// zones: by `from`, rising. None (the site was removed meanwhile): UTC.
ZoneHistory zones_as_known(int site_id, std::span<const SiteZone> zones);

/// The same for who can be refused: an error that says which site has which zone that is not in the data.
Result<ZoneHistory> known_zones(std::string_view domain, std::span<const SiteZone> zones);
Result<TimeZone> known_zone(std::string_view domain, std::string_view name);

/// zones_as_known() of one site. Throws DatabaseError.
ZoneHistory zones_of_site(Connection& connection, int site_id);

}  // namespace pico::storage
