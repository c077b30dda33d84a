#pragma once
#include <vector>

#include "pico/storage/page_counts.hpp"

namespace pico::counters {

/// Sorted by page and hour, each of them once with the sum of its views (at most the largest 64-bit number).
std::vector<storage::PageCount> merge(std::vector<storage::PageCount> counts);

}  // namespace pico::counters
