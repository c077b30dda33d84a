#include "pico/stats/dimension.hpp"

#include <gtest/gtest.h>

#include "pico/stats/metric.hpp"

namespace pico::stats {
namespace {

TEST(Dimension, HasTheSameNameBothWays) {
  for (const std::string name : {"event:page", "event:goal", "visit:entry_page_hostname", "visit:utm_term", "time:week", "event:props:plan"}) {
    const auto dimension = dimension_of(name);
    ASSERT_TRUE(dimension) << name;
    EXPECT_EQ(name_of(*dimension), name);
  }
}

TEST(Dimension, IsNotFoundUnderAWrongName) {
  for (const auto* name : {"", "page", "event:pages", "visit:page", "event:props:", "Event:page"}) EXPECT_FALSE(dimension_of(name)) << name;
}

TEST(Metric, HasTheSameNameBothWays) {
  for (int i = 0; i <= static_cast<int>(Metric::group_conversion_rate); ++i) {
    const auto metric = static_cast<Metric>(i);
    EXPECT_EQ(metric_of(name_of(metric)), metric);
  }
  EXPECT_FALSE(metric_of("visitor"));
}

}  // namespace
}  // namespace pico::stats
