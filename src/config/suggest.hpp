#pragma once
#include <string_view>

namespace pico::config {

/// The known key that `unknown` was most likely meant to be, or empty when none is near.
std::string_view suggest_key(std::string_view unknown);

}  // namespace pico::config
