#include "merge.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace pico::counters {
namespace {

using namespace std::chrono_literals;
const Instant hour = Day{2026y / 11 / 22} + 10h;

TEST(Merge, SumsWhatIsOfOnePageAndHourAndSortsTheRest) {
  const auto merged = merge({{"/b", hour, 1}, {"/a", hour + 1h, 2}, {"/b", hour, 3}, {"/a", hour, 4}});
  ASSERT_EQ(merged.size(), 3u);
  EXPECT_EQ(merged[0].page + std::to_string(merged[0].views), "/a4");
  EXPECT_EQ(merged[1].page + std::to_string(merged[1].views), "/a2");
  EXPECT_EQ(merged[2].page + std::to_string(merged[2].views), "/b4");
}

TEST(Merge, StopsAtTheLargestNumber) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(merge({{"/", hour, most - 1}, {"/", hour, 3}})[0].views, most);
}

}  // namespace
}  // namespace pico::counters
