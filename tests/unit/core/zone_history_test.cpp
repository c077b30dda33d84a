#include "pico/core/zone_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pico {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::Pair;

TimeZone zone(const char* name) {
  return *TimeZone::find(name);
}

const Day day = 2026y / 6 / 10;

TEST(ZoneHistory, OfOneZoneIsThatZoneAtAnyTime) {
  const ZoneHistory zones(zone("Asia/Tokyo"));
  for (const auto at : {Instant{} - 24h, Instant{}, Instant(day)}) EXPECT_EQ(zones.at(at).name(), "Asia/Tokyo");
  EXPECT_EQ(zones.day_of(day + 15h), day + days(1));
}

TEST(ZoneHistory, HasTheZoneThatWasInForce) {
  const ZoneHistory zones({{Instant(day), zone("Asia/Tokyo")}, {day + 15h, zone("Europe/Berlin")}, {day + 72h, TimeZone()}});
  EXPECT_EQ(zones.at(Instant{}).name(), "Asia/Tokyo") << "the first holds since ever";
  EXPECT_EQ(zones.at(day + 15h - 1ms).name(), "Asia/Tokyo");
  EXPECT_EQ(zones.at(day + 15h).name(), "Europe/Berlin");
  EXPECT_EQ(zones.at(day + 999h).name(), "Etc/UTC");
}

TEST(ZoneHistory, TellsAllDatesBetweenTwoMoments) {
  // From the end of the 10th in Pago Pago, 11:00 UTC on the 11th, on the clocks of Kiritimati show the 12th: the 11th is left out.
  const auto change = zone("Pacific/Pago_Pago").day_start(day + days(1));
  const ZoneHistory zones({{Instant{}, zone("Pacific/Pago_Pago")}, {change, zone("Pacific/Kiritimati")}});
  EXPECT_THAT(zones.dates(change - 1h, change - 1ms), Pair(day, day));
  EXPECT_THAT(zones.dates(change - 1h, change), Pair(day, day + days(2)));
  EXPECT_THAT(zones.dates(change, change + 1h), Pair(day + days(2), day + days(2)));
}

TEST(ZoneHistory, TellsADateThatAChangeBringsBack) {
  // When the 11th begins in Kiritimati, 10:00 UTC on the 10th, it is still the 9th in Pago Pago, for an hour.
  const auto change = zone("Pacific/Kiritimati").day_start(day + days(1));
  const ZoneHistory zones({{Instant{}, zone("Pacific/Kiritimati")}, {change, zone("Pacific/Pago_Pago")}});
  EXPECT_THAT(zones.dates(change - 1h, change + 2h), Pair(day - days(1), day));
}

}  // namespace
}  // namespace pico
