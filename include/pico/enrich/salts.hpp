#pragma once
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "pico/core/hash.hpp"
#include "pico/core/time.hpp"

namespace pico::enrich {

/// The salts in RAM, one per calendar date. Filled by the salt keeper (app), read by enrichers. Thread-safe.
/// A salt that is erased is overwritten.
class Salts {
 public:
  /// nullopt when the date's salt is not in RAM: never hash without one.
  [[nodiscard]] std::optional<HashKey> find(Day day) const;
  /// The earliest date of which a salt is held; nullopt: none is.
  [[nodiscard]] std::optional<Day> oldest() const;
  void put(Day day, const HashKey& salt);
  /// Erases every salt of a date before `day`; returns the erased dates.
  std::vector<Day> erase_before(Day day);
  /// All salts held, for re-inserting them when the shared table comes back empty.
  [[nodiscard]] std::map<Day, HashKey> all() const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<Day, HashKey> salts_;  // guarded by mutex_
};

}  // namespace pico::enrich
