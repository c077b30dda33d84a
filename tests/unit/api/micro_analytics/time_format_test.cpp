#include "compat/micro_analytics/time_format.hpp"

#include <gtest/gtest.h>

namespace pico::api::micro_analytics {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2015} / 11 / 20} + 12h;

TEST(MicroAnalyticsTime, TakesRfc3339WithAnyOffsetAndFraction) {
  EXPECT_EQ(parse_time("2015-11-20T12:00:00Z"), noon);
  EXPECT_EQ(parse_time("2015-11-20T12:00:00.000Z"), noon);
  EXPECT_EQ(parse_time("2015-11-20T12:00:00.25Z"), noon + 250ms);
  EXPECT_EQ(parse_time("2015-11-20T12:00:00.123456789Z"), noon + 123ms);
  EXPECT_EQ(parse_time("2015-11-20T13:30:00+01:30"), noon);
  EXPECT_EQ(parse_time("2015-11-19T23:00:00-13:00"), noon);
  EXPECT_EQ(parse_time("2015-11-20T13:00:00+0100"), noon);
  EXPECT_EQ(parse_time("2015-11-20t12:00:00z"), noon);
  EXPECT_EQ(parse_time("2015-11-20 12:00:00Z"), noon);
  EXPECT_EQ(parse_time(" 2015-11-20T12:00:00Z\n"), noon);
}

TEST(MicroAnalyticsTime, TakesASpaceForThePlusThatAQueryTurnsIntoOne) {
  EXPECT_EQ(parse_time("2015-11-20T14:00:00 02:00"), noon);
  EXPECT_EQ(parse_time("2015-11-20T14:00:00.000 02:00"), noon);
}

TEST(MicroAnalyticsTime, TakesRfc1123) {
  EXPECT_EQ(parse_time("Fri, 20 Nov 2015 12:00:00 GMT"), noon);
  EXPECT_EQ(parse_time("fri, 20 nov 2015 12:00:00 utc"), noon);
  EXPECT_EQ(parse_time("Fri, 20 Nov 2015 07:00:00 EST"), noon);
  EXPECT_EQ(parse_time("Fri, 20 Nov 2015 13:00:00 +0100"), noon);
  EXPECT_EQ(parse_time("Mon, 20 Nov 2015 12:00:00 GMT"), noon) << "the weekday is not compared";
}

TEST(MicroAnalyticsTime, TakesSecondsSince1970AsText) {
  EXPECT_EQ(parse_time("1448020800"), noon);
  EXPECT_EQ(parse_time("0"), Instant(0ms));
  EXPECT_EQ(parse_time("-86400"), Instant(-24h));
}

TEST(MicroAnalyticsTime, RefusesEverythingElse) {
  for (const auto* text :
       {"", " ", "now", "yesterday", "2015-11-20", "2015-11-20T12:00:00", "2015-11-20T12:00Z", "2015-13-20T12:00:00Z", "2015-02-29T12:00:00Z",
        "2015-11-20T24:00:00Z", "2015-11-20T12:60:00Z", "2015-11-20T12:00:00+1", "2015-11-20T12:00:00+01", "2015-11-20T12:00:00+01:60",
        "2015-11-20T12:00:00+24:00", "2015-11-20T12:00:00+010", "2015-11-20T12:00:00Zx", "2015-11-20T12:00:00.Z", "Fri, 20 Nov 2015 12:00:00",
        "Fri, 20 Nov 2015 12:00:00 CET", "Fri, 32 Nov 2015 12:00:00 GMT", "Fri 20 Nov 2015 12:00:00 GMT", "1448020800.5", "1448020800s", "+",
        "0x10", "99999999999999999999", "253402300800", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"})
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

TEST(MicroAnalyticsTime, AZeroTimeIsNoneGiven) {
  EXPECT_TRUE(is_not_given(parse_time("0001-01-01T00:00:00Z").value()));
  EXPECT_TRUE(is_not_given(parse_time("0001-01-01T00:00:00+01:00").value()));
  EXPECT_FALSE(is_not_given(parse_time("0002-01-01T00:00:00Z").value()));
}

TEST(MicroAnalyticsTime, IsShownInUtcAndWholeSeconds) {
  EXPECT_EQ(format_time(noon), "2015-11-20T12:00:00Z");
  EXPECT_EQ(format_time(noon + 999ms), "2015-11-20T12:00:00Z");
  EXPECT_EQ(format_time(Instant(-1ms)), "1969-12-31T23:59:59Z");
  for (const auto* text : {"2000-02-29T23:59:59Z", "1999-12-31T00:00:00Z"}) EXPECT_EQ(format_time(parse_time(text).value()), text);
}

}  // namespace
}  // namespace pico::api::micro_analytics
