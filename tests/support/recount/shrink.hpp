#pragma once
#include <functional>

#include "pico/stats/query.hpp"

namespace pico::test {

/// The smallest question of the same failure that can be reached by leaving out parts one by one.
stats::Query shrunk(stats::Query query, const std::function<bool(const stats::Query&)>& fails);

}  // namespace pico::test
