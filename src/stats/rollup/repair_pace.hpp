#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <utility>

#include "pico/core/time.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::stats {

/// Keeps a day that is marked again and again, or cannot be rolled up, from being worked on endlessly: after each time it has to
/// wait, twice as long as the last time, until it has been quiet for as long as it last waited. Bounded: beyond the bound days are
/// not remembered and so wait for nothing but the next round. Not thread-safe.
class RepairPace {
 public:
  RepairPace(std::chrono::milliseconds first_wait, std::chrono::milliseconds longest_wait, std::size_t max_days = 10'000)
      : first_wait_(first_wait), longest_wait_(longest_wait), max_days_(max_days) {}

  [[nodiscard]] bool may(storage::SiteId site, Day day, Instant now) const;
  void worked_on(storage::SiteId site, Day day, Instant now);
  [[nodiscard]] std::size_t size() const { return days_.size(); }

 private:
  struct Wait {
    Instant until;
    std::chrono::milliseconds length;
    [[nodiscard]] bool over(Instant now) const { return now > until + length; }
  };

  const std::chrono::milliseconds first_wait_, longest_wait_;
  const std::size_t max_days_;
  std::map<std::pair<storage::SiteId, Day>, Wait> days_;
};

}  // namespace pico::stats
