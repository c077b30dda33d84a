#pragma once
#include <cstdint>

#include "pico/core/time.hpp"

namespace pico::storage {

/// The first of the two keys of the advisory locks of days ("pida"); the second is day_number().
inline constexpr std::int32_t day_lock_class = 0x70696461;

inline std::int32_t day_number(Day day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

}  // namespace pico::storage
