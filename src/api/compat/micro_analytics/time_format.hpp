#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "pico/core/time.hpp"

/// Moments as µAnalytics' clients write them and as its answers show them.
namespace pico::api::micro_analytics {

/// Takes
///  - RFC 3339 with any offset and any fraction (finer than milliseconds is cut off): `2015-11-20T12:00:00.000+01:00`. The '+' may have
///    become a space, as it does when a query is not encoded;
///  - RFC 1123: `Fri, 20 Nov 2015 12:00:00 GMT`, with a zone of RFC 822 (`EST`) or a number (`+0100`). The weekday is not compared;
///  - seconds since 1970 as text: `1448020800`.
/// nullopt: anything else, and what lies outside the years 0 to 9999.
std::optional<Instant> parse_time(std::string_view text);

/// Whether it is a zero time, which some clients send for "none": one of the year 1 (a client of another zone says year 0).
bool is_not_given(Instant at);

/// `2015-11-25T15:00:00Z`: RFC 3339 in UTC, whole seconds.
std::string format_time(Instant at);

}  // namespace pico::api::micro_analytics
