#include "pico/http/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace pico::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

IpAddress v4(int n) {
  return IpAddress::v4({10, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)});
}

TEST(RateLimiter, AllowsTheBurstThenTheRate) {
  RateLimiter limiter(2.5);
  const RateLimiter::TimePoint start{seconds(100)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.allow(v4(1), start));
  EXPECT_FALSE(limiter.allow(v4(1), start));
  EXPECT_TRUE(limiter.allow(v4(1), start + milliseconds(400)));
  EXPECT_FALSE(limiter.allow(v4(1), start + milliseconds(500)));
}

TEST(RateLimiter, ClientsDoNotShareBuckets) {
  RateLimiter limiter(1);
  const RateLimiter::TimePoint start{seconds(100)};
  EXPECT_TRUE(limiter.allow(v4(1), start));
  EXPECT_TRUE(limiter.allow(v4(2), start));
  EXPECT_FALSE(limiter.allow(v4(1), start));
}

TEST(RateLimiter, AnIpv6NetworkOf64BitsIsOneClient) {
  RateLimiter limiter(1);
  const RateLimiter::TimePoint start{seconds(100)};
  EXPECT_TRUE(limiter.allow(*IpAddress::parse("2001:db8:0:1::1"), start));
  EXPECT_FALSE(limiter.allow(*IpAddress::parse("2001:db8:0:1:ffff::2"), start));
  EXPECT_TRUE(limiter.allow(*IpAddress::parse("2001:db8:0:2::1"), start));
}

TEST(RateLimiter, ZeroSwitchesItOff) {
  RateLimiter limiter(0);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(limiter.allow(v4(1), RateLimiter::TimePoint{}));
  EXPECT_EQ(limiter.clients(), 0u);
}

TEST(RateLimiter, ItsTableNeverGrowsPastItsBoundAndNewcomersShareABucketThen) {
  RateLimiter limiter(1, 160);
  const RateLimiter::TimePoint start{seconds(100)};
  int allowed = 0;
  for (int i = 0; i < 100'000; ++i) allowed += limiter.allow(v4(i), start) ? 1 : 0;
  EXPECT_LE(limiter.clients(), 160u);
  EXPECT_LE(allowed, 160 + 16) << "one bucket a client that fits, and one overflow bucket a shard";
}

TEST(RateLimiter, AFullTableIsSweptOnceASecondHoweverManyNewcomersCome) {
  RateLimiter limiter(2, 16);
  const RateLimiter::TimePoint start{seconds(100)};
  for (int i = 0; i < 1000; ++i) limiter.allow(v4(i), start);
  ASSERT_EQ(limiter.clients(), 16u);
  const auto before = limiter.overflowed();
  // By now the old buckets are full again, but their shards were looked through less than a second ago.
  limiter.allow(v4(5000), start + milliseconds(900));
  EXPECT_EQ(limiter.overflowed(), before + 1);
  limiter.allow(v4(5001), start + milliseconds(1100));
  EXPECT_EQ(limiter.overflowed(), before + 1);
}

TEST(RateLimiter, TellsHowFullItIs) {
  metrics::Registry registry;
  RateLimiter limiter(1, 16);
  limiter.report_to(registry);
  for (int i = 0; i < 1000; ++i) limiter.allow(v4(i), RateLimiter::TimePoint{seconds(100)});
  const auto text = registry.expose();
  EXPECT_NE(text.find("picolytics_rate_limiter_clients 16\n"), std::string::npos);
  EXPECT_NE(text.find("picolytics_rate_limiter_overflowed 984\n"), std::string::npos);
}

TEST(RateLimiter, BucketsThatAreFullAgainMakeRoom) {
  RateLimiter limiter(1, 1600);
  const RateLimiter::TimePoint start{seconds(100)};
  for (int i = 0; i < 20'000; ++i) limiter.allow(v4(i), start);
  int allowed = 0;
  for (int i = 50'000; i < 50'008; ++i) allowed += limiter.allow(v4(i), start + seconds(10)) ? 1 : 0;
  EXPECT_EQ(allowed, 8);
}

}  // namespace
}  // namespace pico::http
