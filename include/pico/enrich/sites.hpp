#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pico/core/zone_history.hpp"

namespace pico::enrich {

/// What ingestion must know of a site.
struct Site {
  std::string domain;
  ZoneHistory zones;      ///< with the one that is to come, so that it holds from its first moment on
  bool stored = false;  ///< false: admitted here, its row in Postgres is made by the writer
  bool store_ip = false;  ///< its owner has asked to keep the addresses that µAnalytics' API hands in
};

/// The sites known to this process. Thread-safe: readers take a shared lock for one look-up.
class Sites {
 public:
  explicit Sites(TimeZone default_zone);

  [[nodiscard]] std::optional<Site> find(std::string_view domain) const;
  /// The zone in force at the site at that moment, or the default one when it is not known. Cheaper than find(): nothing but the zone
  /// is copied.
  [[nodiscard]] TimeZone zone_of(std::string_view domain, Instant at) const;
  [[nodiscard]] bool contains(std::string_view domain) const;
  /// Whether the site keeps addresses that are handed in; false for one that is not known.
  [[nodiscard]] bool stores_ip(std::string_view domain) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::string> domains() const;
  /// The first and the last date that it is at any site, or in the default zone, from one moment to another, both included.
  [[nodiscard]] std::pair<Day, Day> dates(Instant from, Instant to) const;
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
