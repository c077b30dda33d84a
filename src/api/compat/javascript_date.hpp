#pragma once
#include <optional>
#include <string_view>

#include "pico/core/time.hpp"

namespace pico::api::compat {

/// The moment that a text names, read as JavaScript's `new Date(text)` reads it: ISO 8601 (`2025-07-16`, `2025-07-16T10:00Z`,
/// `2025-07-16 10:00:00.5+02:00`), RFC 2822 (`Wed, 16 Jul 2025 10:00:00 GMT`) and what Date prints. Differences, on purpose: without a
/// zone it is UTC, not the zone of the machine; `_` may stand for `T`; a lone number (`123`) is no date. nullopt: not understood, or
/// not within the years 2 to 9998.
std::optional<Instant> parse_javascript_date(std::string_view text);

}  // namespace pico::api::compat
