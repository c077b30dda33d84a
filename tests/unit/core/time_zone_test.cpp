#include "pico/core/time_zone.hpp"

#include <date/tz.h>
#include <gtest/gtest.h>

namespace pico {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::year;

constexpr Day day(int y, unsigned m, unsigned d) {
  return std::chrono::sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d));
}

TimeZone zone(std::string_view name) {
  return TimeZone::find(name).value();
}

TEST(TimeZone, WithoutANameItIsUtc) {
  EXPECT_EQ(TimeZone().name(), "Etc/UTC");
  EXPECT_EQ(TimeZone().local_day(day(2026, 11, 22) + 24h - 1ms), day(2026, 11, 22));
  EXPECT_EQ(TimeZone().day_start(day(2026, 11, 22)), day(2026, 11, 22));
  EXPECT_EQ(TimeZone().utc_offset(day(2026, 11, 22)), 0s);
}

TEST(TimeZone, IsFoundByItsIanaNameOnly) {
  EXPECT_EQ(zone("Europe/Berlin").name(), "Europe/Berlin");
  for (const auto* name : {"", "Europe", "Europe/Atlantis", "europe/berlin", "../etc/passwd", "/etc/localtime", "localtime",
                           "posixrules", "Europe/Berlin ", "CET-1CEST"}) {
    const auto found = TimeZone::find(name);
    ASSERT_TRUE(found.has_error()) << name;
    EXPECT_EQ(found.error().code, Errc::invalid);
  }
}

TEST(TimeZone, OffsetsFollowTheClockChanges) {
  const auto berlin = zone("Europe/Berlin");
  const Instant change = day(2026, 3, 29) + 1h;
  EXPECT_EQ(berlin.utc_offset(change - 1ms), 1h);
  EXPECT_EQ(berlin.utc_offset(change), 2h);
  EXPECT_EQ(zone("Asia/Kolkata").utc_offset(change), 5h + 30min);
  EXPECT_EQ(zone("Asia/Kathmandu").utc_offset(change), 5h + 45min);
  EXPECT_EQ(zone("Pacific/Kiritimati").utc_offset(change), 14h);
}

TEST(TimeZone, TheLocalDayChangesAtLocalMidnight) {
  const auto kolkata = zone("Asia/Kolkata");
  EXPECT_EQ(kolkata.day_start(day(2026, 1, 2)), day(2026, 1, 1) + 18h + 30min);
  EXPECT_EQ(kolkata.local_day(day(2026, 1, 1) + 18h + 30min - 1ms), day(2026, 1, 1));
  EXPECT_EQ(kolkata.local_day(day(2026, 1, 1) + 18h + 30min), day(2026, 1, 2));
  EXPECT_EQ(zone("America/Los_Angeles").local_day(day(2026, 7, 2) + 7h - 1ms), day(2026, 7, 1));
  EXPECT_EQ(zone("America/Los_Angeles").local_day(day(2026, 7, 2) + 7h), day(2026, 7, 2));
}

TEST(TimeZone, ADayWhoseMidnightIsSkippedStartsAtTheEndOfTheGap) {
  // 00:00 became 01:00.
  EXPECT_EQ(zone("America/Sao_Paulo").day_start(day(2017, 10, 15)), day(2017, 10, 15) + 3h);
  EXPECT_EQ(zone("Asia/Beirut").day_start(day(2022, 3, 27)), day(2022, 3, 26) + 22h);
  const auto sao_paulo = zone("America/Sao_Paulo");
  EXPECT_EQ(sao_paulo.local_day(day(2017, 10, 15) + 3h - 1ms), day(2017, 10, 14));
  EXPECT_EQ(sao_paulo.day_start(day(2017, 10, 16)) - sao_paulo.day_start(day(2017, 10, 15)), 23h);
}

TEST(TimeZone, ADayWithARepeatedHourHasOneStartAndTwentyFiveHours) {
  // Havana's 01:00 becomes 00:00: midnight comes twice, the day starts at the first.
  const auto havana = zone("America/Havana");
  EXPECT_EQ(havana.day_start(day(2020, 11, 1)), day(2020, 11, 1) + 4h);
  EXPECT_EQ(havana.day_start(day(2020, 11, 2)) - havana.day_start(day(2020, 11, 1)), 25h);
  // Sao Paulo's 00:00 became 23:00: the extra hour belongs to the day before.
  const auto sao_paulo = zone("America/Sao_Paulo");
  EXPECT_EQ(sao_paulo.day_start(day(2018, 2, 18)) - sao_paulo.day_start(day(2018, 2, 17)), 25h);
  EXPECT_EQ(sao_paulo.local_day(sao_paulo.day_start(day(2018, 2, 18)) - 1ms), day(2018, 2, 17));
}

TEST(TimeZone, ADateThatTheZoneLeftOutIsEmpty) {
  const auto apia = zone("Pacific/Apia");
  EXPECT_EQ(apia.day_start(day(2011, 12, 30)), apia.day_start(day(2011, 12, 31)));
  EXPECT_EQ(apia.local_day(apia.day_start(day(2011, 12, 31)) - 1ms), day(2011, 12, 29));
}

TEST(TimeZone, OutsideTheKnownYearsTheNearestOffsetHolds) {
  EXPECT_EQ(zone("Asia/Kolkata").local_day(day(1700, 1, 1) + 20h), day(1700, 1, 2));
  EXPECT_EQ(zone("Asia/Kolkata").day_start(day(2500, 1, 1)), day(2500, 1, 1) - 5h - 30min);
}

/// For every zone there is: a day's first moment is of that day, the moment before it is not, and days follow each other.
TEST(TimeZone, DaysOfEveryZoneFollowEachOtherWithoutAGap) {
  int zones = 0;
  for (const auto& known : date::get_tzdb().zones) {
    if (known.name() == "localtime") continue;
    const auto here = zone(known.name());
    ++zones;
    for (Day d = day(2015, 1, 1); d < day(2031, 1, 1); d += days(1)) {
      const auto start = here.day_start(d);
      const auto next = here.day_start(d + days(1));
      ASSERT_LT(start, next) << here.name() << " " << to_string(d);
      ASSERT_EQ(here.local_day(start), d) << here.name();
      ASSERT_EQ(here.local_day(next - 1ms), d) << here.name();
      ASSERT_EQ(here.utc_offset(start), known.get_info(std::chrono::floor<std::chrono::seconds>(start)).offset) << here.name();
    }
  }
  EXPECT_GT(zones, 300);
}

}  // namespace
}  // namespace pico
