#include "pico/enrich/sites.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

using testing::UnorderedElementsAre;

using namespace std::chrono_literals;

const Day day = 2026y / 6 / 10;
const Instant noon = day + 12h;

TimeZone zone(std::string_view name) {
  return TimeZone::find(name).value();
}

TEST(Sites, AnUnknownSiteHasTheDefaultZone) {
  const Sites sites(zone("Europe/Berlin"));
  EXPECT_FALSE(sites.contains("example.com"));
  EXPECT_FALSE(sites.find("example.com").has_value());
  EXPECT_EQ(sites.zone_of("example.com", noon).name(), "Europe/Berlin");
}

TEST(Sites, AnAdmittedSiteStartsWithTheDefaultZoneAndIsNotStored) {
  Sites sites(zone("Europe/Berlin"));
  sites.admit("example.com");
  const auto site = sites.find("example.com");
  ASSERT_TRUE(site.has_value());
  EXPECT_EQ(site->domain, "example.com");
  EXPECT_EQ(site->zones.at(noon).name(), "Europe/Berlin");
  EXPECT_FALSE(site->stored);
}

TEST(Sites, WhatIsStoredReplacesTheStoredAndKeepsTheAdmitted) {
  Sites sites(TimeZone{});
  sites.admit("new.example");
  sites.admit("saved.example");
  sites.replace_stored({{"gone.example", zone("Asia/Tokyo"), true}});
  sites.replace_stored({{"saved.example", zone("America/New_York"), true}});
  EXPECT_THAT(sites.domains(), UnorderedElementsAre("new.example", "saved.example"));
  EXPECT_TRUE(sites.find("saved.example")->stored);
  EXPECT_EQ(sites.zone_of("saved.example", noon).name(), "America/New_York");
  EXPECT_FALSE(sites.find("new.example")->stored);
  EXPECT_EQ(sites.size(), 2U);
}

TEST(Sites, AdmittingAStoredSiteChangesNothing) {
  Sites sites(TimeZone{});
  sites.replace_stored({{"a.example", zone("Asia/Tokyo"), true}});
  sites.admit("a.example");
  EXPECT_TRUE(sites.find("a.example")->stored);
  EXPECT_EQ(sites.zone_of("a.example", noon).name(), "Asia/Tokyo");
}

TEST(Sites, AChangeOfZoneHoldsFromItsMomentOn) {
  Sites sites(TimeZone{});
  const auto change = zone("Asia/Tokyo").day_start(day);
  sites.replace_stored({{"a.example", ZoneHistory({{Instant{}, zone("Asia/Tokyo")}, {change, zone("Europe/Berlin")}}), true}});
  EXPECT_EQ(sites.zone_of("a.example", change - 1ms).name(), "Asia/Tokyo");
  EXPECT_EQ(sites.zone_of("a.example", change).name(), "Europe/Berlin");
}

TEST(Sites, TellTheDatesThatItIsAnywhere) {
  using testing::Pair;
  Sites sites(TimeZone{});
  EXPECT_THAT(sites.dates(noon, noon), Pair(day, day));
  sites.replace_stored({{"a", zone("Pacific/Kiritimati"), true}, {"b", zone("Pacific/Pago_Pago"), true}});
  EXPECT_THAT(sites.dates(noon, noon), Pair(day, day + std::chrono::days(1)));
  EXPECT_THAT(sites.dates(noon - 2h, noon), Pair(day - std::chrono::days(1), day + std::chrono::days(1)));
}

TEST(Sites, TellTheDatesOfAZoneOnlyWhileItIsInForce) {
  using testing::Pair;
  Sites sites(TimeZone{});
  // At the end of the 10th in Honolulu the site moves to Auckland, where it is the evening of the 11th by then.
  const auto change = zone("Pacific/Honolulu").day_start(day + std::chrono::days(1));
  sites.replace_stored({{"a", ZoneHistory({{Instant{}, zone("Pacific/Honolulu")}, {change, zone("Pacific/Auckland")}}), true}});
  EXPECT_THAT(sites.dates(change - 10s, change - 1ms), Pair(day, day + std::chrono::days(1))) << "in Honolulu it is the 10th, by UTC the 11th";
  EXPECT_THAT(sites.dates(change + 3h, change + 3h), Pair(day + std::chrono::days(1), day + std::chrono::days(2)))
      << "by UTC the 11th, in Auckland the 12th: nowhere the 10th any more";
}

}  // namespace
}  // namespace pico::enrich
