#include "compat/micro_analytics/item_event.hpp"

#include <gmock/gmock.h>

#include "pico/core/text.hpp"
#include "pico/event/limits.hpp"

namespace pico::api::micro_analytics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2026} / 7 / 1} + 12h;
const PageviewNames pageviews({"view", "load"});

ItemTime time_of(std::string time, bool strict = true) {
  Item item;
  item.time = std::move(time);
  return time_of(item, now, strict);
}

Sent read(const Item& item) { return read_item(item, "example.com", {now, false, {}}, pageviews); }

TEST(MicroAnalyticsItem, HasTheTimeItSays) {
  EXPECT_EQ(time_of("2015-11-20T13:00:00+01:00").at, std::chrono::sys_days{std::chrono::year{2015} / 11 / 20} + 12h);
  EXPECT_EQ(time_of("1448020800", false).at, std::chrono::sys_days{std::chrono::year{2015} / 11 / 20} + 12h);
}

TEST(MicroAnalyticsItem, IsOfNowWhenItSaysNoTime) {
  for (const auto* none : {"", "0001-01-01T00:00:00Z"}) {
    const auto time = time_of(none);
    EXPECT_EQ(time.at, now);
    EXPECT_FALSE(time.fault);
    EXPECT_FALSE(time.replaced);
  }
}

TEST(MicroAnalyticsItem, WithATimeThatNobodyCanReadIsRefusedAloneAndOfNowInAList) {
  const auto alone = time_of("yesterday");
  ASSERT_TRUE(alone.fault);
  EXPECT_EQ(alone.fault->code, "InvalidTimeFormat");
  const auto listed = time_of("yesterday", false);
  EXPECT_FALSE(listed.fault);
  EXPECT_TRUE(listed.replaced);
  EXPECT_EQ(listed.at, now);
}

TEST(MicroAnalyticsItem, WithATimeThatCannotBeStoredIsRefusedEverywhere) {
  for (const bool strict : {true, false}) {
    for (const auto* time : {"1999-12-31T23:59:59Z", "2026-07-02T12:00:00Z", "1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "0", "-1"}) {
      const auto fault = time_of(time, strict).fault;
      ASSERT_TRUE(fault) << time;
      EXPECT_EQ(fault->code, "InvalidTimeFormat");
      EXPECT_THAT(fault->message, HasSubstr("2000"));
    }
    for (const auto* time : {"2000-01-01T00:00:00Z", "2026-07-02T11:59:59Z"}) EXPECT_FALSE(time_of(time, strict).fault) << time;
  }
}

TEST(MicroAnalyticsItem, IsAPageviewWhenItsEventIsCalledSoAndOtherwiseAnEventOfThatName) {
  for (const auto* name : {"", "view", "load"}) {
    Item item;
    item.event = name;
    const auto sent = read(item);
    EXPECT_EQ(sent.raw.kind, event::Kind::visit);
    EXPECT_EQ(sent.raw.name, "");
    EXPECT_EQ(sent.name, name) << "the API gives it back as it was";
  }
  Item item;
  item.event = " download ";
  const auto sent = read(item);
  EXPECT_EQ(sent.raw.kind, event::Kind::custom);
  EXPECT_TRUE(sent.raw.interactive);
  EXPECT_EQ(sent.raw.name, "download");
  EXPECT_EQ(sent.name, "download");
}

TEST(MicroAnalyticsItem, GivesItsPathAsItIs) {
  Item item;
  for (const auto* path : {"", "/", "/a%20b?q=1#x", "no slash"}) {
    item.path = path;
    EXPECT_EQ(read(item).raw.path, path);
  }
}

TEST(MicroAnalyticsItem, KnowsPlatformAndRefererFromItsHeaders) {
  Item item;
  item.user_agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1)";
  item.referer = "https://www.google.com:8080/search?q=x";
  item.accept_language = "de-AT,de;q=0.9";
  const auto sent = read(item);
  EXPECT_EQ(sent.platform, "Apple Mac");
  EXPECT_EQ(sent.referer_domain, "www.google.com:8080");
  EXPECT_EQ(sent.raw.referrer, "https://www.google.com:8080/search?q=x");
  EXPECT_EQ(sent.raw.language, "de-AT");
  EXPECT_EQ(sent.raw.user_agent, item.user_agent);
  EXPECT_TRUE(sent.has_user_agent);
}

TEST(MicroAnalyticsItem, WhatTheCallerSaysOfPlatformAndRefererGoesBeforeTheHeaders) {
  Item item;
  item.user_agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1)";
  item.referer = "https://www.google.com/search";
  item.platform = "Toaster";
  item.referer_domain = "duckduckgo.com";
  item.country_code = "FR";
  const auto sent = read(item);
  EXPECT_EQ(sent.platform, "Toaster");
  EXPECT_EQ(sent.referer_domain, "duckduckgo.com");
  EXPECT_EQ(sent.raw.referrer, "https://duckduckgo.com/") << "so that the visit has the same source";
  EXPECT_EQ(sent.country, "fr");
  item.referer_domain = "www.google.com";
  EXPECT_EQ(read(item).raw.referrer, "https://www.google.com/search") << "the header says the same, and more";
}

TEST(MicroAnalyticsItem, IsOfTheSiteAndOfWhoCame) {
  Item item;
  item.ip = "[2001:DB8::1]:443";
  const auto sent = read(item);
  EXPECT_EQ(sent.raw.domain, "example.com");
  EXPECT_EQ(sent.raw.hostname, "example.com");
  EXPECT_EQ(sent.caller, "2001:db8::1");
  EXPECT_EQ(sent.raw.client_ip, IpAddress::parse("2001:db8::1"));
  EXPECT_FALSE(sent.has_user_agent);
}

TEST(MicroAnalyticsItem, TextsThatAreTooLongOrNoTextForPostgresAreCutAndCleaned) {
  Item item;
  item.event.assign(1000, 'e');
  item.path.assign(5000, '/');
  item.platform = std::string("a\0b", 3);
  item.referer_domain.assign(1000, 'r');
  item.user_agent.assign(5000, 'u');
  const auto sent = read(item);
  EXPECT_TRUE(is_clean_text(sent.name, event::limits::event_name));
  EXPECT_TRUE(is_clean_text(sent.raw.path, event::limits::path));
  EXPECT_EQ(sent.platform, "ab");
  EXPECT_TRUE(is_clean_text(sent.referer_domain, event::limits::word));
  EXPECT_TRUE(is_clean_text(sent.raw.user_agent, event::limits::user_agent));
}

}  // namespace
}  // namespace pico::api::micro_analytics
