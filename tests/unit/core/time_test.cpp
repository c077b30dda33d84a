#include "pico/core/time.hpp"

#include <gtest/gtest.h>

namespace pico {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

TEST(Time, DaysAreWrittenAsIsoDates) {
  EXPECT_EQ(to_string(Day(year(2026) / 11 / 22)), "2026-11-22");
  EXPECT_EQ(to_string(Day(year(970) / 1 / 2)), "0970-01-02");
}

TEST(Time, InstantsAreWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(to_string(Instant(sys_days(year(2026) / 11 / 22)) + 10h + 20min + 30s + 456ms), "2026-11-22T10:20:30.456Z");
  EXPECT_EQ(to_string(Instant(sys_days(year(2026) / 1 / 1))), "2026-01-01T00:00:00.000Z");
}

TEST(Time, AnInstantBefore1970IsWrittenRight) {
  EXPECT_EQ(to_string(Instant(-1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(Time, TheSystemClockTellsTheTimeOfTheMachine) {
  const auto before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto now = SystemClock().now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace pico
