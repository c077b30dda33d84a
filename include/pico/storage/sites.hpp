#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"
#include "pico/core/time_zone.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/site_zones.hpp"

/// The sites and their time zones. All functions throw DatabaseError.
namespace pico::storage {

struct SiteRow {
  int site_id = 0;
  std::string domain;
  Instant created_at;
  bool store_ip = false;        ///< keeps the addresses that µAnalytics' API is given
  std::vector<SiteZone> zones;  ///< through time, by `from`: past ones, the one in force, one that is to come; the first holds since ever

  /// The IANA name of the zone in force.
  [[nodiscard]] const std::string& time_zone(Instant now) const;
};

/// All sites by domain.
std::vector<SiteRow> list_sites(Connection& connection);

/// Creates the site unless there is one of that domain, which is left as it is. Returns its id. Safe when several do it at once.
int create_site(Connection& connection, std::string_view domain, const TimeZone& zone);

/// The site's id. Errc::not_found when there is none of that domain.
Result<int> find_site(Connection& connection, std::string_view domain);

/// Every running server looks at the sites more often than this, and so knows of a change of zone before it happens.
inline constexpr std::chrono::seconds zone_notice{60};

/// Gives the site another zone from its next midnight (that of the zone in force) on, so that days that have begun keep their
/// borders. A midnight that is nearer than zone_notice stays as it is, and the change comes with the one after it. Returns that moment;
/// Errc::not_found when there is no such site, Errc::invalid when the zone in force has left the time zone data.
Result<Instant> set_site_time_zone(Connection& connection, std::string_view domain, const TimeZone& zone, Instant now);

/// Whether the addresses that µAnalytics' API is given for the site are kept (pico.micro_addresses). Off deletes all there are, once no
/// transaction that writes some is under way. Errc::not_found when there is no such site. Not within a transaction.
Result<void> set_store_ip(Connection& connection, std::string_view domain, bool on);

/// Deletes addresses of sites that do not ask to keep them: there are some only after set_store_ip() was interrupted. Returns how many.
std::size_t delete_addresses_not_asked_for(Connection& connection);

/// Until the transaction of the connection ends, no site is removed: for whoever looks a site up and then writes rows of it. Its first
/// statement, before anything is locked; what follows sees the sites as they are. Waits while one is being removed (milliseconds).
void hold_sites(Connection& connection);

/// Clocks of instances differ: an event dated up to this much after the removal of a site still counts as one before it.
inline constexpr std::chrono::seconds removal_margin{5};

/// From here on there is no such site: the domain is free, and what journals still hold of it is dropped by the writers
/// (docs/decisions/0012-removing-a-site.md). Its rows are there until continue_removals(). Errc::not_found: there is no such site.
/// Errc::unavailable: a write that takes long (a list, an import) holds the sites, and has not ended within ten seconds.
Result<void> begin_removal(Connection& connection, std::string_view domain);

/// Removes the site with all that is stored of it: begin_removal(), and then its rows go in small transactions;
/// interrupted, continue_removals() goes on with it. Blocks for as long as it takes; needs a connection without statement_timeout.
/// Errors are those of begin_removal().
Result<void> remove_site(Connection& connection, std::string_view domain);

/// Finishes removals that were interrupted, unless somebody is at it. Returns the number of sites. Nothing to do: one quick query. Also
/// forgets which sites were removed after ninety days: older records are in no journal.
std::size_t continue_removals(Connection& connection);

}  // namespace pico::storage
