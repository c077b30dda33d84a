#include "pico/enrich/sites.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

using testing::UnorderedElementsAre;

TimeZone zone(std::string_view name) {
  return TimeZone::find(name).value();
}

TEST(Sites, AnUnknownSiteHasTheDefaultZone) {
  const Sites sites(zone("Europe/Berlin"));
  EXPECT_FALSE(sites.contains("example.com"));
  EXPECT_FALSE(sites.find("example.com").has_value());
  EXPECT_EQ(sites.zone_of("example.com").name(), "Europe/Berlin");
}

TEST(Sites, AnAdmittedSiteStartsWithTheDefaultZoneAndIsNotStored) {
  Sites sites(zone("Europe/Berlin"));
  sites.admit("example.com");
  const auto site = sites.find("example.com");
  ASSERT_TRUE(site.has_value());
  EXPECT_EQ(site->domain, "example.com");
  EXPECT_EQ(site->time_zone.name(), "Europe/Berlin");
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
  EXPECT_EQ(sites.zone_of("saved.example").name(), "America/New_York");
  EXPECT_FALSE(sites.find("new.example")->stored);
  EXPECT_EQ(sites.size(), 2U);
}

TEST(Sites, AdmittingAStoredSiteChangesNothing) {
  Sites sites(TimeZone{});
  sites.replace_stored({{"a.example", zone("Asia/Tokyo"), true}});
  sites.admit("a.example");
  EXPECT_TRUE(sites.find("a.example")->stored);
  EXPECT_EQ(sites.zone_of("a.example").name(), "Asia/Tokyo");
}

TEST(Sites, EachZoneIsListedOnceWithTheDefaultOne) {
  Sites sites(zone("Europe/Berlin"));
  sites.replace_stored({{"a", zone("Asia/Tokyo"), true}, {"b", zone("Asia/Tokyo"), true}, {"c", zone("Europe/Berlin"), true}});
  std::vector<std::string> names;
  for (const auto& each : sites.time_zones()) names.push_back(each.name());
  EXPECT_THAT(names, UnorderedElementsAre("Asia/Tokyo", "Europe/Berlin"));
}

}  // namespace
}  // namespace pico::enrich
