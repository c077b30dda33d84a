#pragma once
#include <optional>
#include <string_view>

#include "finder.hpp"

namespace pico::audit {

/// What columns.txt says of a column; nothing: it is not declared.
std::optional<Rule> declared(std::string_view table, std::string_view column);

}  // namespace pico::audit
