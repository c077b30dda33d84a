#include "pico/enrich/sites.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace pico::enrich {

Sites::Sites(TimeZone default_zone) : default_zone_(std::move(default_zone)) {}

std::optional<Site> Sites::find(std::string_view domain) const {
  const std::shared_lock lock(mutex_);
  const auto found = sites_.find(domain);
  return found == sites_.end() ? std::nullopt : std::optional(found->second);
}

TimeZone Sites::zone_of(std::string_view domain, Instant at) const {
  const std::shared_lock lock(mutex_);
  const auto found = sites_.find(domain);
  return found == sites_.end() ? default_zone_ : found->second.zones.at(at);
}

bool Sites::contains(std::string_view domain) const {
  const std::shared_lock lock(mutex_);
  return sites_.contains(domain);
}

bool Sites::stores_ip(std::string_view domain) const {
  const std::shared_lock lock(mutex_);
  const auto found = sites_.find(domain);
  return found != sites_.end() && found->second.store_ip;
}

std::size_t Sites::size() const {
  const std::shared_lock lock(mutex_);
  return sites_.size();
}

std::vector<std::string> Sites::domains() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> domains;
  domains.reserve(sites_.size());
  for (const auto& [domain, site] : sites_) domains.push_back(domain);
  return domains;
}

std::pair<Day, Day> Sites::dates(Instant from, Instant to) const {
  auto all = ZoneHistory(default_zone_).dates(from, to);
  const std::shared_lock lock(mutex_);
  for (const auto& [domain, site] : sites_) {
    const auto own = site.zones.dates(from, to);
    all = {std::min(all.first, own.first), std::max(all.second, own.second)};
  }
  return all;
}

void Sites::admit(std::string_view domain) {
  const std::lock_guard lock(mutex_);
  sites_.try_emplace(std::string(domain), Site{std::string(domain), default_zone_});
}

void Sites::replace_stored(std::vector<Site> stored) {
  std::unordered_map<std::string, Site, Hash, std::equal_to<>> sites;
  for (auto& site : stored) {
    site.stored = true;
    auto domain = site.domain;
    sites.insert_or_assign(std::move(domain), std::move(site));
  }
  const std::lock_guard lock(mutex_);
  for (auto& [domain, site] : sites_) {
    if (!site.stored) sites.try_emplace(domain, site);
  }
  sites_ = std::move(sites);
}

}  // namespace pico::enrich
