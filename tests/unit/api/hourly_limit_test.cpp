#include "stats/hourly_limit.hpp"

#include <gtest/gtest.h>

namespace pico::api {
namespace {

using namespace std::chrono_literals;

const HourlyLimit::TimePoint start{1000h};

TEST(HourlyLimit, AllowsSoManyInTheHourAfterTheFirst) {
  HourlyLimit limit(2);
  EXPECT_FALSE(limit.take(1, start));
  EXPECT_FALSE(limit.take(1, start + 20min));
  EXPECT_EQ(limit.take(1, start + 30min), 30min);
  EXPECT_EQ(limit.take(1, start + 1h - 1ms), 1s);
  EXPECT_FALSE(limit.take(1, start + 1h));
  EXPECT_FALSE(limit.take(1, start + 1h + 1min));
  EXPECT_EQ(limit.take(1, start + 1h + 2min), 58min);
}

TEST(HourlyLimit, CountsEveryKeyByItself) {
  HourlyLimit limit(1);
  EXPECT_FALSE(limit.take(1, start));
  EXPECT_FALSE(limit.take(2, start));
  EXPECT_TRUE(limit.take(1, start));
}

TEST(HourlyLimit, OfZeroIsNone) {
  HourlyLimit limit(0);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limit.take(1, start));
}

TEST(HourlyLimit, IsSharedByTheKeysThatItHasNoRoomFor) {
  HourlyLimit limit(1);
  const int full = HourlyLimit::max_keys;
  for (int key = 0; key < full; ++key) EXPECT_FALSE(limit.take(key, start));
  EXPECT_FALSE(limit.take(full, start));
  EXPECT_TRUE(limit.take(full + 1, start));
  EXPECT_EQ(limit.keys(), HourlyLimit::max_keys);
  EXPECT_FALSE(limit.take(full + 1, start + 1h)) << "the hours that are over have made room";
  EXPECT_FALSE(limit.take(full + 2, start + 1h));
}

}  // namespace
}  // namespace pico::api
