#pragma once
#include <optional>
#include <string_view>

#include "pico/core/time.hpp"

namespace pico::api {

/// `2026-11-22`, between 1970 and 2099: outside of that no site has days.
std::optional<Day> parse_day(std::string_view text);

/// `2026-11-22T10:20:30+01:00`: a date as above, a time, an offset or Z. Fractions of a second are read and dropped.
std::optional<Instant> parse_second(std::string_view text);

}  // namespace pico::api
