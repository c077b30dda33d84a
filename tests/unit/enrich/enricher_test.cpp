#include "pico/enrich/enricher.hpp"
#include "pico/enrich/visitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace pico::enrich {
namespace {

using namespace std::chrono_literals;
using event::Kind;
using testing::AllOf;
using testing::HasSubstr;

constexpr auto chrome =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Mobile Safari/537.36";

class EnricherTest : public testing::Test {
 protected:
  EnricherTest() : geo_file_(GEO_DATABASES "/in_use.mmdb"), sites_(TimeZone::find("Europe/Berlin").value()) {
    use_geo("nested.mmdb");
    salts_.put(today_, HashKey::random());
    raw_.received_at = today_ + 12h;
    raw_.domain = "example.com";
    raw_.hostname = "www.example.com";
    raw_.path = "/start";
    raw_.client_ip = IpAddress::parse("1.0.1.1").value();
    raw_.user_agent = chrome;
  }
  ~EnricherTest() override { std::filesystem::remove(geo_file_); }

  void use_geo(const std::string& name) {
    std::filesystem::copy_file(GEO_DATABASES "/" + name, geo_file_ + ".new", std::filesystem::copy_options::overwrite_existing);
    std::filesystem::rename(geo_file_ + ".new", geo_file_);
  }
  const std::shared_ptr<Knowledge>& knowledge() {
    if (!knowledge_) knowledge_ = Knowledge::load({.geo_ip_file = geo_file_}, registry_).value();
    return knowledge_;
  }
  Enricher& enricher() {
    if (!enricher_) enricher_.emplace(knowledge(), salts_, sites_);
    return *enricher_;
  }
  event::Enriched enrich() { return enricher().enrich(raw_).value(); }

  const std::string geo_file_;
  const Day today_ = Day(std::chrono::year(2026) / 11 / 22);
  metrics::Registry registry_;
  Salts salts_;
  Sites sites_;
  event::Raw raw_;
  std::shared_ptr<Knowledge> knowledge_;
  std::optional<Enricher> enricher_;
};

TEST_F(EnricherTest, AddsAllThatIsKnown) {
  raw_.referrer = "https://www.google.com/";
  raw_.query = "utm_campaign=spring";
  raw_.screen_width = 1020;
  raw_.screen_height = 840;
  raw_.pixel_depth = 8;
  raw_.pixel_ratio = 1.5;
  raw_.timezone = "America/Los_Angeles";
  raw_.language = "en-US";
  raw_.load_ms = 1200;
  raw_.ttfb_ms = 80;
  const auto event = enrich();
  EXPECT_EQ(event.kind, Kind::load);
  EXPECT_EQ(event.at, raw_.received_at);
  EXPECT_EQ(event.day, today_);
  EXPECT_EQ(event.domain, "example.com");
  EXPECT_EQ(event.site_time_zone, "Europe/Berlin");
  EXPECT_EQ(event.hostname, "www.example.com");
  EXPECT_EQ(event.path, "/start");
  EXPECT_EQ(event.load_ms, 1200);
  EXPECT_EQ(event.ttfb_ms, 80);
  EXPECT_EQ(event.bot, event::Bot::no);
  EXPECT_EQ(event.acquisition.source, "Google");
  EXPECT_EQ(event.acquisition.channel, "Organic Search");
  EXPECT_EQ(event.acquisition.campaign, "spring");
  EXPECT_EQ(event.device, (event::Device{"Chrome", "114.0", "Android", "10.0", "Linux", "Phone"}));
  EXPECT_EQ(event.location.city, "Gaosha");
  EXPECT_EQ(event.screen, (event::Screen{1020, 840, 8, 1.5F, "America/Los_Angeles", "en-US"}));
  EXPECT_NE(event.visitor_id, 0U);
}

TEST_F(EnricherTest, WithoutTheSaltOfItsDateAnEventIsRefusedAndCounted) {
  raw_.received_at += 24h;
  EXPECT_FALSE(enricher().enrich(raw_).has_value());
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_enrich_events_without_salt_total 1"));
  salts_.put(today_ + std::chrono::days(1), HashKey::random());
  EXPECT_TRUE(enricher().enrich(raw_).has_value());
}

TEST_F(EnricherTest, PastDaysAreHashedUnderTheirKeyAndOthersUnderTheirSalt) {
  const auto past_key = HashKey::random();
  const auto visitor = [&] {
    const auto event = enricher().enrich_past(raw_, past_key);
    return event ? std::optional(event->visitor_id) : std::nullopt;
  };
  EXPECT_EQ(visitor(), enrich().visitor_id) << "its salt lives";
  raw_.received_at -= 24h;
  const auto day = today_ - std::chrono::days(1);
  EXPECT_EQ(visitor(), visitor_id(key_of_day(past_key, day), raw_.domain, raw_.client_ip, raw_.user_agent));
  salts_.put(day, HashKey::random());
  EXPECT_EQ(visitor(), enrich().visitor_id);
  raw_.received_at += 48h;
  EXPECT_EQ(visitor(), std::nullopt) << "its salt is still to come";
  salts_.erase_before(today_ + std::chrono::days(2));
  EXPECT_EQ(visitor(), std::nullopt) << "no salt is held, so it may be any";
}

TEST_F(EnricherTest, TheDayIsTheSitesOwn) {
  raw_.received_at = today_ - 30min;  // half past midnight in Berlin, the day before in New York
  const auto berlin = enrich();
  EXPECT_EQ(berlin.day, today_);
  const auto berlin_visitor = berlin.visitor_id;
  sites_.replace_stored({{"example.com", TimeZone::find("America/New_York").value(), true}});
  salts_.put(today_ - std::chrono::days(1), HashKey::random());
  const auto new_york = enrich();
  EXPECT_EQ(new_york.day, today_ - std::chrono::days(1));
  EXPECT_EQ(new_york.site_time_zone, "America/New_York");
  EXPECT_NE(new_york.visitor_id, berlin_visitor);
}

TEST_F(EnricherTest, AnEventOfThePastHasTheDayThatItWasInTheZoneOfThen) {
  const auto angeles = TimeZone::find("America/Los_Angeles").value(), berlin = TimeZone::find("Europe/Berlin").value();
  const auto change = angeles.day_start(today_ - std::chrono::days(7));
  const ZoneHistory zones({{Instant{}, angeles}, {change, berlin}});
  sites_.replace_stored({{"example.com", zones, true}});
  const auto past_key = HashKey::random();
  const auto of_the_past = today_ - std::chrono::days(30);
  raw_.received_at = of_the_past + 23h + 30min;  // half past midnight in Berlin
  const auto event = enricher().enrich_past(raw_, past_key).value();
  EXPECT_EQ(event.day, of_the_past);
  EXPECT_EQ(event.day, zones.day_of(raw_.received_at));
  EXPECT_EQ(event.site_time_zone, "America/Los_Angeles");
  EXPECT_EQ(event.visitor_id, visitor_id(key_of_day(past_key, of_the_past), raw_.domain, raw_.client_ip, raw_.user_agent));
}

TEST_F(EnricherTest, AChangeOfZoneThatIsKnownBeforeHoldsFromItsFirstMoment) {
  const auto utc = TimeZone(), honolulu = TimeZone::find("Pacific/Honolulu").value();
  const auto tomorrow = today_ + std::chrono::days(1);
  sites_.replace_stored({{"example.com", ZoneHistory({{Instant{}, utc}, {Instant(tomorrow), honolulu}}), true}});
  salts_.put(tomorrow, HashKey::random());
  for (const auto after : {-1ms, 0ms, 1000ms}) {
    raw_.received_at = tomorrow + after;
    EXPECT_EQ(enrich().day, today_) << "in Honolulu it is still the day before, " << after.count() << " ms after the change";
  }
  raw_.received_at = tomorrow + 10h;
  EXPECT_EQ(enrich().day, tomorrow);
}

TEST_F(EnricherTest, AVisitorIsKnownAgainWithinTheDayAndNotOnTheNext) {
  salts_.put(today_ + std::chrono::days(1), HashKey::random());
  const auto first = enrich().visitor_id;
  raw_.path = "/next";
  raw_.received_at += 1h;
  EXPECT_EQ(enrich().visitor_id, first);
  raw_.received_at += 24h;
  EXPECT_NE(enrich().visitor_id, first);
}

TEST_F(EnricherTest, OfSomebodyWhoOptedOutOnlyTheDayIsTold) {
  raw_.kind = Kind::opted_out;
  raw_.referrer = "https://google.com/";
  raw_.received_at += 24h;  // no salt is needed either
  const auto event = enrich();
  event::Enriched expected;
  expected.kind = Kind::opted_out;
  expected.at = raw_.received_at;
  expected.day = today_ + std::chrono::days(1);
  expected.domain = "example.com";
  expected.site_time_zone = "Europe/Berlin";
  EXPECT_EQ(event, expected);
}

TEST_F(EnricherTest, OnlyCustomEventsHaveANameAndProperties) {
  raw_.name = "signup";
  raw_.properties = R"({"plan":"pro"})";
  EXPECT_EQ(enrich().name, "");
  EXPECT_EQ(enrich().properties, "");
  raw_.kind = Kind::custom;
  raw_.interactive = false;
  const auto event = enrich();
  EXPECT_EQ(event.name, "signup");
  EXPECT_EQ(event.properties, R"({"plan":"pro"})");
  EXPECT_FALSE(event.interactive);
}

TEST_F(EnricherTest, TimesStayWithinTheirColumns) {
  raw_.load_ms = 40'000;
  raw_.ttfb_ms = -5;
  raw_.engaged_ms = -1;
  const auto event = enrich();
  EXPECT_EQ(event.load_ms, 32767);
  EXPECT_EQ(event.ttfb_ms, 0);
  EXPECT_EQ(event.engaged_ms, 0);
}

TEST_F(EnricherTest, AnEngagementKeepsItsFigures) {
  raw_.kind = Kind::engagement;
  raw_.engaged_ms = 60'000;
  raw_.scroll_depth = 75;
  const auto event = enrich();
  EXPECT_EQ(event.engaged_ms, 60'000);
  EXPECT_EQ(event.scroll_depth, 75);
}

TEST_F(EnricherTest, ABotIsTakenWithItsReasonAndCounted) {
  raw_.user_agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
  const auto event = enrich();
  EXPECT_EQ(event.bot, event::Bot::crawler);
  EXPECT_EQ(event.device, (event::Device{"GoogleBot", "0.0", "Bot", "0.0", "Bot", "Computer"}));
  EXPECT_NE(event.visitor_id, 0U);
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_bot_events_total{reason=\"crawler\"} 1"));
}

TEST_F(EnricherTest, AHeadlessBrowserIsABotThatKeepsItsDevice) {
  raw_.user_agent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36";
  const auto event = enrich();
  EXPECT_EQ(event.bot, event::Bot::automation);
  EXPECT_EQ(event.device, (event::Device{"Chrome", "126.0", "Linux", "0.0", "Linux", "Computer"}));
}

TEST_F(EnricherTest, AnUnknownAddressOrUserAgentKeepsTheRest) {
  raw_.client_ip = IpAddress();
  raw_.user_agent = "something else";
  const auto event = enrich();
  EXPECT_EQ(event.location, event::Location{});
  EXPECT_EQ(event.device.browser, "Unknown");
  EXPECT_EQ(event.bot, event::Bot::no);
  EXPECT_EQ(event.acquisition.channel, "Direct");
}

TEST_F(EnricherTest, ASecondLookAtAUserAgentComesFromTheCacheAndSaysTheSame) {
  const auto first = enrich().device;
  const auto browser = std::string(first.browser) + std::string(first.browser_version);
  const auto second = enrich().device;
  EXPECT_EQ(std::string(second.browser) + std::string(second.browser_version), browser);
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_user_agent_cache_total{result=\"hit\"} 1"));
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_user_agent_cache_total{result=\"miss\"} 1"));
}

TEST_F(EnricherTest, AReloadedGeoDatabaseIsUsedAtOnce) {
  EXPECT_EQ(enrich().location.country, "CN");
  use_geo("other.mmdb");
  EXPECT_EQ(enrich().location.country, "CN");
  knowledge()->reload_geo();
  EXPECT_EQ(enrich().location.country, "AU");
}

TEST_F(EnricherTest, AReloadThatFailsKeepsTheOldDatabase) {
  EXPECT_EQ(enrich().location.country, "CN");
  std::filesystem::remove(geo_file_);
  testing::internal::CaptureStdout();
  knowledge()->reload_geo();
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("stays in use"));
  EXPECT_EQ(enrich().location.country, "CN");
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_geo_database_failures_total 1"));
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_geo_database_loaded 1"));
}

TEST_F(EnricherTest, WithoutAGeoDatabaseLocationsAreBlankAndAReloadFindsIt) {
  std::filesystem::remove(geo_file_);
  testing::internal::CaptureStdout();  // where the default logger writes
  EXPECT_EQ(enrich().location, event::Location{});
  EXPECT_THAT(testing::internal::GetCapturedStdout(), AllOf(HasSubstr("There is no geo database at"), HasSubstr("blank")));
  EXPECT_THAT(registry_.expose(), HasSubstr("picolytics_geo_database_loaded 0"));
  use_geo("nested.mmdb");
  knowledge()->reload_geo();
  EXPECT_EQ(enrich().location.country, "CN");
}

TEST_F(EnricherTest, EnrichersOfSeveralThreadsShareWhatIsKnownWhileItIsReloaded) {
  const auto shared = knowledge();
  std::atomic<int> right = 0;
  const auto work = [&](int thread) {
    Enricher own(shared, salts_, sites_);
    auto raw = raw_;
    for (int i = 0; i < 500; ++i) {
      raw.user_agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/" + std::to_string(thread * 1000 + i) + ".0 Safari/537.36";
      const auto event = own.enrich(raw);
      if (event && event->location.city == "Gaosha" && event->device.browser == "Chrome") ++right;
    }
  };
  std::thread first(work, 1), second(work, 2);
  for (int i = 0; i < 50; ++i) shared->reload_geo();
  first.join();
  second.join();
  EXPECT_EQ(right, 1000);
}

TEST_F(EnricherTest, WithoutAGeoFileSetNothingIsSaid) {
  testing::internal::CaptureStdout();
  knowledge_ = Knowledge::load({}, registry_).value();
  EXPECT_EQ(enrich().location, event::Location{});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace pico::enrich
