#pragma once
#include <optional>
#include <string>

#include "pico/core/result.hpp"
#include "pico/stats/answer.hpp"
#include "pico/stats/query.hpp"

namespace pico::test {

/// A question in one line, for failures.
std::string describe(const stats::Query& query);

/// The first thing in which an answer differs from what was expected; nullopt: nothing.
std::optional<std::string> difference(const stats::Query& query, const Result<stats::Answer>& answer, const Result<stats::Answer>& expected);

}  // namespace pico::test
