#include "stats/dates.hpp"

#include <gtest/gtest.h>

namespace pico::api {
namespace {

using namespace std::chrono_literals;

TEST(ParseDay, TakesDatesOfTheCalendarOnly) {
  EXPECT_EQ(parse_day("2026-11-22"), Day(2026y / 11 / 22));
  EXPECT_EQ(parse_day("2024-02-29"), Day(2024y / 2 / 29));
  for (const auto* text : {"", "2026-11", "2026-11-22 ", " 2026-11-22", "2026-1-22", "2026-13-01", "2026-02-29", "2026/11/22", "1969-12-31", "2100-01-01",
                           "0000-00-00", "-026-11-22", "2026-11-22T00:00:00Z", "٢026-11-22"})
    EXPECT_FALSE(parse_day(text)) << text;
}

TEST(ParseSecond, TakesADateATimeAndAnOffset) {
  const Instant morning = Day(2026y / 11 / 22) + 9h + 20min + 30s;
  EXPECT_EQ(parse_second("2026-11-22T09:20:30Z"), morning);
  EXPECT_EQ(parse_second("2026-11-22T10:20:30+01:00"), morning);
  EXPECT_EQ(parse_second("2026-11-22T14:50:30+05:30"), morning);
  EXPECT_EQ(parse_second("2026-11-21T23:20:30-10:00"), morning);
  EXPECT_EQ(parse_second("2026-11-22T09:20:30.999Z"), morning);
  for (const auto* text : {"", "2026-11-22", "2026-11-22T09:20:30", "2026-11-22 09:20:30Z", "2026-11-22T24:00:00Z", "2026-11-22T09:60:00Z", "2026-11-22T09:20:60Z",
                           "2026-11-22T09:20:30+1", "2026-11-22T09:20:30+19:00", "2026-11-22T09:20:30+01:60", "2026-11-22T09:20:30ZZ", "2026-11-31T09:20:30Z"})
    EXPECT_FALSE(parse_second(text)) << text;
}

}  // namespace
}  // namespace pico::api
