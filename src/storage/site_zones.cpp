#include "pico/storage/site_zones.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <set>

namespace pico::storage {
namespace {

/// Sites are read every few seconds. Who has more zones that are not there has read of it often enough.
constexpr std::size_t most_warnings = 100;

void warn_once(int site_id, const std::string& name) {
  static std::mutex mutex;
  static std::set<std::pair<int, std::string>> warned;
  const std::lock_guard lock(mutex);
  if (warned.size() == most_warnings || !warned.emplace(site_id, name).second) return;
  spdlog::warn("site {} has the time zone {}, which is not in this system's time zone data: its days are cut as in UTC", site_id, name);
}

}  // namespace

ZoneHistory zones_as_known(int site_id, std::span<const SiteZone> zones) {
  if (zones.empty()) return TimeZone();
  std::vector<ZoneHistory::Change> changes;
  for (const auto& [from, name] : zones) {
    const auto zone = TimeZone::find(name);
    if (!zone) warn_once(site_id, name);
    changes.push_back({from, zone ? *zone : TimeZone()});
  }
  return ZoneHistory(std::move(changes));
}

Result<TimeZone> known_zone(std::string_view domain, std::string_view name) {
  auto zone = TimeZone::find(name);
  if (!zone) return Error{zone.error().code, fmt::format("the site {} has the time zone {}: {}", domain, name, zone.error().message)};
  return zone;
}

Result<ZoneHistory> known_zones(std::string_view domain, std::span<const SiteZone> zones) {
  std::vector<ZoneHistory::Change> changes;
  for (const auto& [from, name] : zones) {
    auto zone = known_zone(domain, name);
    if (!zone) return zone.error();
    changes.push_back({from, std::move(*zone)});
  }
  return changes.empty() ? ZoneHistory(TimeZone()) : ZoneHistory(std::move(changes));
}

ZoneHistory zones_of_site(Connection& connection, int site_id) {
  const auto rows = connection.execute("select from_instant, tz from pico.site_zones where site_id = $1 order by from_instant", site_id);
  std::vector<SiteZone> zones;
  for (std::size_t i = 0; i < rows.size(); ++i) zones.push_back({rows.get<Instant>(i, 0), rows.get<std::string>(i, 1)});
  return zones_as_known(site_id, zones);
}

}  // namespace pico::storage
