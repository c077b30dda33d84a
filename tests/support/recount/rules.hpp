#pragma once
#include <optional>
#include <string>

#include "pico/stats/query.hpp"

namespace pico::test {

/// Why docs/stats.md refuses the question; nullopt: it can be asked. Only what is written there and in pico/stats/query.hpp.
std::optional<std::string> refusal(const stats::Query& query);

/// Whether the metric can be asked with these dimensions and filters.
bool is_possible(stats::Metric metric, const stats::Query& query);

}  // namespace pico::test
