#pragma once
#include <string_view>

namespace pico::stats {

/// The text of the embedded file `<name>.sql` (src/stats/**/sql); named after the function that runs it.
std::string_view sql(std::string_view name);

}  // namespace pico::stats
