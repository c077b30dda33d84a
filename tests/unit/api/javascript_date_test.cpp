#include "compat/javascript_date.hpp"

#include <gmock/gmock.h>

namespace pico::api::compat {
namespace {

std::string read(std::string_view text) {
  const auto at = parse_javascript_date(text);
  return at ? to_string(*at) : "none";
}

TEST(JavascriptDate, ReadsIso8601WithWhateverIsLeftOut) {
  for (const auto* text : {"2025-07-16T10:00:00.000Z", "2025-07-16T10:00Z", "2025-07-16T10:00:00", "2025-07-16 10:00", "2025-07-16_10:00", "2025-07-16t10:00z",
                           "2025-07-16T12:00+02:00", "2025-07-16T12:00:00+0200", "2025-07-16T05:30-04:30", "2025-07-16T12:00 +02", " 2025-07-16T10:00Z "})
    EXPECT_EQ(read(text), "2025-07-16T10:00:00.000Z") << text;
  for (const auto* text : {"2025-07-16", "2025-07-15T24:00:00Z"}) EXPECT_EQ(read(text), "2025-07-16T00:00:00.000Z") << text;
  EXPECT_EQ(read("2025-07"), "2025-07-01T00:00:00.000Z");
  EXPECT_EQ(read("2025"), "2025-01-01T00:00:00.000Z");
  EXPECT_EQ(read("2025-07-16T10:20:30.4567Z"), "2025-07-16T10:20:30.456Z");
  EXPECT_EQ(read("2024-02-29T00:00Z"), "2024-02-29T00:00:00.000Z");
}

TEST(JavascriptDate, ReadsRfc2822AndWhatDatePrints) {
  for (const auto* text : {"Wed, 16 Jul 2025 10:00:00 GMT", "16 Jul 2025 10:00 +0000", "16 July 2025 10:00", "Jul 16, 2025 10:00:00 UTC", "July 16, 2025 10:00 AM",
                           "Wed Jul 16 2025 12:00:00 GMT+0200 (Central European Summer Time)", "16 Jul 2025 06:00 EDT", "7/16/2025 10:00", "16-Jul-2025 10:00",
                           "2025 Jul 16 10:00", "Wed, 16 Jul 25 10:00:00 Z"})
    EXPECT_EQ(read(text), "2025-07-16T10:00:00.000Z") << text;
  EXPECT_EQ(read("Jul 16 2025 12:15 am"), "2025-07-16T00:15:00.000Z");
  EXPECT_EQ(read("Jul 16 2025 12:15 pm"), "2025-07-16T12:15:00.000Z");
  EXPECT_EQ(read("1 Jan 70"), "1970-01-01T00:00:00.000Z");
}

TEST(JavascriptDate, RefusesWhatIsNoMoment) {
  for (const auto* text : {"", "123", "1752660000000", "yesterday", "2025-13-01", "2025-02-30", "2025-7-16T10:00Z", "2025-07-16T25:00Z", "2025-07-16T24:01Z",
                           "2025-07-16T10:60Z", "2025-07-16T10:00:60Z", "2025-07-16T", "2025-07-16T10", "2025-07-16T10:00X", "2025-07-16T10:00+25:00", "16 Jul",
                           "Jul 2025 (", "16 Jul 2025 10:00 10:00", "16 Jul Aug 2025", "13:00 PM 16 Jul 2025", "0001-01-01", "9999-01-01", "2025-07-16T10:00\xFF",
                           "99999999999999999999", "1/2", "1/2/", "-", "T"})
    EXPECT_EQ(read(text), "none") << text;
  EXPECT_EQ(read("2025-07-16T10:00Z" + std::string(200, ' ') + "x"), "none");
}

}  // namespace
}  // namespace pico::api::compat
