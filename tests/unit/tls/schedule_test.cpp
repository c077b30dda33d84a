#include "acme/schedule.hpp"

#include <gtest/gtest.h>

namespace pico::tls::acme {
namespace {

using namespace std::chrono_literals;

TEST(Schedule, RenewsWithAThirdOfTheLifeLeft) {
  const Instant begin = std::chrono::sys_days{std::chrono::January / 1 / 2026};
  EXPECT_EQ(renewal_time({begin, begin + 90 * 24h}), begin + 60 * 24h);
  EXPECT_EQ(renewal_time({begin, begin + 6 * 24h}), begin + 4 * 24h);
}

TEST(Schedule, PausesGrowUntilTheirLimit) {
  const Failure away{FailedBy::us, "away"}, refused{FailedBy::authority, "no"};
  EXPECT_EQ(pause_after(away, 1, 0.5), 2s);
  EXPECT_EQ(pause_after(away, 4, 0.5), 16s);
  EXPECT_EQ(pause_after(away, 1000, 0.5), 1h);
  EXPECT_EQ(pause_after(refused, 1, 0.5), 5min);
  EXPECT_EQ(pause_after(refused, 3, 0.5), 20min);
  EXPECT_EQ(pause_after(refused, 1000, 0.5), 12h);
}

TEST(Schedule, ARefusalIsTriedFourTimesWithinAnHourAtMost) {
  const Failure refused{FailedBy::authority, "no"};
  int attempts = 1;
  for (auto at = pause_after(refused, 1, 0); at < 1h; at += pause_after(refused, static_cast<unsigned>(attempts), 0)) ++attempts;
  EXPECT_EQ(attempts, 4);
}

TEST(Schedule, TheSpreadIsAFifthToEitherSide) {
  const Failure refused{FailedBy::authority, "no"};
  EXPECT_EQ(pause_after(refused, 1, 0), 4min);
  EXPECT_EQ(pause_after(refused, 1, 1), 6min);
}

TEST(Schedule, WhatTheAuthorityAsksForIsWaitedFor) {
  EXPECT_EQ(pause_after({FailedBy::authority, "no", 3h}, 1, 0.5), 3h);
  EXPECT_EQ(pause_after({FailedBy::us, "busy", 60s}, 1, 0.5), 60s);
  EXPECT_EQ(pause_after({FailedBy::authority, "no", 1s}, 1, 0.5), 5min);
  EXPECT_EQ(pause_after({FailedBy::authority, "no", std::chrono::hours(24 * 365)}, 1, 0.5), 48h);
}

}  // namespace
}  // namespace pico::tls::acme
