#pragma once
#include <string_view>

#include "pico/event/enriched.hpp"

namespace pico::api::micro_analytics {

/// The platform that a User-Agent stands for, by the names of the API (`Microsoft Windows`, `Apple Mac`, `Android`, …); blank when none is
/// recognised. The most particular one wins: an Android's User-Agent speaks of Linux, and of Samsung, too.
std::string_view platform_of(std::string_view user_agent);

/// The device of a visit of which only the platform is known, by the names of event::Device; `Unknown` is what cannot be told. The names live
/// for ever.
event::Device device_of(std::string_view platform);

}  // namespace pico::api::micro_analytics
