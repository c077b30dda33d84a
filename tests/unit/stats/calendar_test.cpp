#include "calendar.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pico::stats {
namespace {

using namespace std::chrono_literals;

Day date(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
}

TimeZone zone(const char* name) {
  return *TimeZone::find(name);
}

Calendar in(const char* name) {
  return Calendar(zone(name));
}

/// The zone `from`, changed to `to` at the end of a day.
Calendar changed(const char* from, const char* to, Day last_day) {
  return Calendar(ZoneHistory({{Instant{}, zone(from)}, {zone(from).day_start(last_day + std::chrono::days(1)), zone(to)}}));
}

/// Every moment of some days has exactly the day between whose borders it lies.
void expect_consistent(const Calendar& calendar, Day around) {
  for (auto day = around - std::chrono::days(3); day < around + std::chrono::days(4); day += std::chrono::days(1)) {
    const auto begin = calendar.day_start(day);
    const auto end = calendar.day_start(day + std::chrono::days(1));
    EXPECT_LE(begin, end);
    for (auto at = begin; at < end; at += 10min) EXPECT_EQ(calendar.day_of(at), day) << to_string(at);
    if (begin < end) {
      EXPECT_EQ(calendar.day_of(end - 1ms), day);
    }
  }
}

TEST(Calendar, GivesEveryMomentOneDayThroughAChangeOfZone) {
  const auto day = date(2026, 6, 10);
  for (const auto& [from, to] : {std::pair{"UTC", "Asia/Tokyo"}, {"UTC", "America/New_York"}, {"Asia/Kolkata", "Europe/Berlin"},
                                 {"Pacific/Auckland", "Pacific/Pago_Pago"}, {"Pacific/Pago_Pago", "Pacific/Kiritimati"}}) {
    SCOPED_TRACE(std::string(from) + " to " + to);
    expect_consistent(changed(from, to, day), day);
  }
}

TEST(Calendar, MakesTheDayOfAChangeLongerOrShorter) {
  const auto day = date(2026, 6, 10);
  const auto west = changed("UTC", "America/New_York", day);
  EXPECT_EQ(west.day_start(day + std::chrono::days(1)) - west.day_start(day), 28h);
  const auto east = changed("UTC", "Asia/Tokyo", day);
  EXPECT_EQ(east.day_start(day + std::chrono::days(2)) - east.day_start(day + std::chrono::days(1)), 15h);
}

TEST(Hours, AreTwentyFourOnAnOrdinaryDay) {
  const Hours hours(in("Europe/Berlin"), date(2026, 6, 10), date(2026, 6, 10));
  ASSERT_EQ(hours.labels().size(), 24u);
  EXPECT_EQ(hours.labels().front(), "2026-06-10 00:00:00");
  EXPECT_EQ(hours.labels().back(), "2026-06-10 23:00:00");
}

TEST(Hours, LeaveOutTheHourThatClocksSkip) {
  const Hours hours(in("Europe/Berlin"), date(2026, 3, 29), date(2026, 3, 29));
  EXPECT_EQ(hours.labels().size(), 23u);
  EXPECT_EQ(hours.labels()[2], "2026-03-29 03:00:00");
}

TEST(Hours, CountTheHourThatClocksRepeatAsOne) {
  const auto day = date(2026, 10, 25);
  const auto calendar = in("Europe/Berlin");
  const Hours hours(calendar, day, day);
  EXPECT_EQ(hours.labels().size(), 24u);
  const auto interval = hours.interval_of(calendar.day_start(day) + 3h);
  EXPECT_EQ(hours.labels()[hours.bucket(interval)], "2026-10-25 02:00:00");
  EXPECT_EQ(hours.starts()[interval + 1] - hours.starts()[interval], 2h);
}

TEST(Hours, BeginAtTheLocalFullHourInHalfHourZones) {
  const Hours hours(in("Asia/Kolkata"), date(2026, 6, 10), date(2026, 6, 11));
  EXPECT_EQ(hours.labels().size(), 48u);
  EXPECT_EQ(to_string(hours.starts()[1]), "2026-06-09T19:30:00.000Z");
}

TEST(Hours, OfAHalfHourClockChangeStayWhole) {
  // Lord Howe turns its clocks back by half an hour at 02:00: that hour is shown for an hour and a half.
  const auto day = date(2026, 4, 5);
  const auto calendar = in("Australia/Lord_Howe");
  const Hours hours(calendar, day, day);
  EXPECT_EQ(hours.labels().size(), 24u);
  EXPECT_EQ(hours.starts().back() - hours.starts().front(), 24h + 30min);
}

TEST(Hours, OfADateThatTheZoneLeftOutAreTheNextOneWithoutLength) {
  const auto skipped = date(2011, 12, 30);
  const auto calendar = in("Pacific/Apia");
  ASSERT_EQ(calendar.day_start(skipped), calendar.day_start(skipped + std::chrono::days(1)));
  const Hours hours(calendar, skipped, skipped);
  ASSERT_EQ(hours.labels().size(), 1u);
  EXPECT_EQ(hours.labels()[0], "2011-12-31 00:00:00");
  ASSERT_EQ(hours.starts().size(), 2u);
  EXPECT_EQ(hours.starts()[0], hours.starts()[1]);
  for (const auto away : {-1ms, 0ms, 1ms}) EXPECT_EQ(hours.bucket(hours.interval_of(hours.starts()[0] + away)), 0u);
  EXPECT_EQ(Hours(calendar, skipped - std::chrono::days(1), skipped).labels().size(), 24u);
}

TEST(Hours, GiveAnHourThatAChangeOfZoneRepeatsOneBucket) {
  const auto day = date(2026, 6, 10);
  const Hours hours(changed("UTC", "America/New_York", day), day, day);
  EXPECT_EQ(hours.labels().size(), 24u);
  EXPECT_EQ(hours.starts().size() - 1, 28u);
  EXPECT_EQ(hours.bucket(20), hours.bucket(24));
}

}  // namespace
}  // namespace pico::stats
