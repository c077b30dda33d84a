#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "old_tables.hpp"

namespace pico::takeover {

/// The site that an old domain becomes: lower-case, without `www.`. nullopt: it is blank or no host.
std::optional<std::string> site_of(std::string_view old_domain);

/// Makes the sites that are missing, and lets each be as old as the oldest session of its domains. Returns how many were made.
std::size_t make_sites(storage::Connection& connection, const std::vector<OldDomain>& domains, const TimeZone& zone);

/// The time zones of all sites through time. A zone that was changed holds for the days after the change only.
class SiteZones {
 public:
  static Result<SiteZones> load(storage::Connection& connection, const TimeZone& of_others);

  [[nodiscard]] const TimeZone& find(std::string_view site, Instant at) const;

 private:
  explicit SiteZones(const TimeZone& of_others) : of_others_(of_others) {}

  TimeZone of_others_;
  std::map<std::string, std::map<Instant, TimeZone>, std::less<>> sites_;
};

}  // namespace pico::takeover
