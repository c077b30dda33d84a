#pragma once
#include <string_view>

namespace pico::api::micro_analytics {

/// The platform that a User-Agent stands for, by the names of the API (`Microsoft Windows`, `Apple Mac`, `Android`, …); blank when none is
/// recognised. The most particular one wins: an Android's User-Agent speaks of Linux, and of Samsung, too.
std::string_view platform_of(std::string_view user_agent);

}  // namespace pico::api::micro_analytics
