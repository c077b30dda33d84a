#pragma once
#include <cstdint>

#include "pico/core/time.hpp"

namespace pico::storage {

/// The first of the two keys of the advisory locks of days ("pida"); the second is day_number().
inline constexpr std::int32_t day_lock_class = 0x70696461;

inline std::int32_t day_number(Day day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

/// The same for the advisory locks of months ("pimo") and month_number(): who has more days than most_locked_days takes these instead, since
/// Postgres' table of locks is of a fixed size that all sessions share. Who wants a day for himself takes both.
inline constexpr std::int32_t month_lock_class = 0x70696d6f;
inline constexpr std::size_t most_locked_days = 100;

inline std::int32_t month_number(Day day) {
  const std::chrono::year_month_day date(day);
  return static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

}  // namespace pico::storage
