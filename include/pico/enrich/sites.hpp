#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pico/core/time_zone.hpp"

namespace pico::enrich {

/// What ingestion must know of a site.
struct Site {
  std::string domain;
  TimeZone time_zone;
  bool stored = false;  ///< false: admitted here, its row in Postgres is made by the writer
  bool store_ip = false;  ///< its owner has asked to keep the addresses that µAnalytics' API hands in
};

/// The sites known to this process. Thread-safe: readers take a shared lock for one look-up.
class Sites {
 public:
  explicit Sites(TimeZone default_zone);

  [[nodiscard]] std::optional<Site> find(std::string_view domain) const;
  /// The zone of the site, or the default one when it is not known. Cheaper than find(): nothing but the zone is copied.
  [[nodiscard]] TimeZone zone_of(std::string_view domain) const;
  [[nodiscard]] bool contains(std::string_view domain) const;
  /// Whether the site keeps addresses that are handed in; false for one that is not known.
  [[nodiscard]] bool stores_ip(std::string_view domain) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::string> domains() const;
  /// Each zone in use once, the default one included.
  [[nodiscard]] std::vector<TimeZone> time_zones() const;
  /// Zone of a site that does not exist yet.
  [[nodiscard]] const TimeZone& default_zone() const { return default_zone_; }

  /// Admits a domain for which no row exists yet.
  void admit(std::string_view domain);
  /// Replaces the stored sites by what Postgres has; admitted ones stay until they are stored.
  void replace_stored(std::vector<Site> stored);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  const TimeZone default_zone_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Site, Hash, std::equal_to<>> sites_;  // guarded by mutex_
};

}  // namespace pico::enrich
