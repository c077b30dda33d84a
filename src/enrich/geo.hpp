#pragma once
#include <maxminddb.h>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "pico/core/ip_address.hpp"
#include "pico/core/result.hpp"
#include "pico/event/enriched.hpp"

namespace pico::enrich {

/// A MaxMind-format database, mapped into memory. Reads MaxMind's own records (country.iso_code, city.names) and the flat ones of
/// @ip-location-db (country_code, city, state1). Immutable, thread-safe.
/// Replace the file by renaming a new one over it: a mapped file that is cut short in place ends the process.
class GeoDatabase {
 public:
  static Result<std::shared_ptr<const GeoDatabase>> open(const std::string& file);
  ~GeoDatabase();
  GeoDatabase(const GeoDatabase&) = delete;
  GeoDatabase& operator=(const GeoDatabase&) = delete;

  /// Where the address is; blank when the database does not know it, has no addresses of its family, or is damaged there.
  /// The texts live as long as the database.
  [[nodiscard]] event::Location find(const IpAddress& address) const;
  /// When the database was made, in seconds since 1970.
  [[nodiscard]] std::uint64_t build_time() const { return handle_.metadata.build_epoch; }

 private:
  GeoDatabase() = default;
  MMDB_s handle_{};
  bool open_ = false;
};

/// The geo database in use. Thread-safe; a reader that holds a pointer keeps its database open.
class GeoSource {
 public:
  std::shared_ptr<const GeoDatabase> current() const;
  /// Grows with every replace(): readers look at this first and take the lock only when it has changed.
  [[nodiscard]] std::uint64_t revision() const { return revision_.load(std::memory_order_acquire); }
  void replace(std::shared_ptr<const GeoDatabase> database);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const GeoDatabase> database_;  // guarded by mutex_; null: none
  std::atomic<std::uint64_t> revision_ = 0;
};

}  // namespace pico::enrich
