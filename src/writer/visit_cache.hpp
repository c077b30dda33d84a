#pragma once
#include <cstdint>

#include "lru.hpp"
#include "pico/storage/ingest.hpp"

namespace pico::writer {

struct VisitorDayHash {
  std::size_t operator()(const storage::VisitorDay& key) const {
    // The visitor is a keyed hash already; its ten low bits are zero.
    const auto visitor = static_cast<std::uint64_t>(key.visitor) >> 10;
    return visitor ^ (static_cast<std::uint64_t>(key.site) << 40) ^
           static_cast<std::uint64_t>(key.day.time_since_epoch().count());
  }
};

/// Remembers the visits of the visitor-days that were written last, so that their next events need no look-up. Holds only what
/// has been committed; whether it is still true is decided by the head's revision when it is used. With one visit a day, an entry
/// takes about 230 bytes.
class VisitCache {
 public:
  explicit VisitCache(std::size_t visitor_days) : entries_(visitor_days) {}

  const storage::StoredVisits* find(const storage::VisitorDay& key) { return entries_.find(key); }

  void put(const storage::VisitorDay& key, storage::StoredVisits visits) {
    if (visits.visits.size() > most_visits) return entries_.erase(key);
    visits.visits.shrink_to_fit();
    entries_.put(key, std::move(visits));
  }

  void clear() { entries_.clear(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  /// Bounds the memory of one entry; hardly any person has so many visits a day.
  static constexpr std::size_t most_visits = 64;
  Lru<storage::VisitorDay, storage::StoredVisits, VisitorDayHash> entries_;
};

}  // namespace pico::writer
