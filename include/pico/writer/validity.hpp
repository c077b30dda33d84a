#pragma once
#include "pico/core/time.hpp"
#include "pico/event/enriched.hpp"

namespace pico::writer {

/// The first day that an event can be of.
inline constexpr Day oldest_day = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
/// How far ahead of the clock an event can be dated: less than this.
inline constexpr std::chrono::hours furthest_ahead{24};

/// False: the event would break a rule that later code relies on: the number of visits a day can have, the time span of a
/// partition, the room for visit numbers in an id. No enricher makes such an event of a receipt time.
bool is_storable(const event::Enriched& event, Instant now);

}  // namespace pico::writer
