#pragma once
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/stats/query.hpp"

namespace pico::api {

/// `visit:source==Google|Bing;event:page!=/blog/**`: `;` is and, `|` or (`\|` a bar), `*` any text without a slash, `**` any text.
Result<std::vector<stats::Filter>> read_v1_filters(std::string_view text);

}  // namespace pico::api
