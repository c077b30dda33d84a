#include "merge.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace pico::counters {
namespace {

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return a > most - b ? most : a + b;
}

}  // namespace

std::vector<storage::PageCount> merge(std::vector<storage::PageCount> counts) {
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return std::tie(a.page, a.hour) < std::tie(b.page, b.hour); });
  std::vector<storage::PageCount> merged;
  for (auto& count : counts) {
    if (!merged.empty() && merged.back().page == count.page && merged.back().hour == count.hour)
      merged.back().views = saturating_sum(merged.back().views, count.views);
    else
      merged.push_back(std::move(count));
  }
  return merged;
}

}  // namespace pico::counters
