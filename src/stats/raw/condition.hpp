#pragma once
#include <span>
#include <string>

#include "pico/stats/query.hpp"
#include "raw/scope.hpp"
#include "raw/words.hpp"

namespace pico::stats::raw {

/// The conditions as SQL over the aliases v (visit) and, where they look at events, e (columns page_id, name_id, properties). Never
/// NULL. Goals have been replaced before. `true` for none.
std::string condition(Statement& statement, const Scope& scope, Words& words, std::span<const Filter> filters);

}  // namespace pico::stats::raw
