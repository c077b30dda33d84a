#include "compat/micro_analytics/names.hpp"

#include <gtest/gtest.h>

#include "compat/micro_analytics/platform.hpp"

namespace pico::api::micro_analytics {
namespace {

TEST(MicroAnalyticsNames, AWebsiteIsTheSiteOfThatName) {
  EXPECT_EQ(site_of("example.com"), "example.com");
  EXPECT_EQ(site_of("WWW.Example.com"), "example.com");
  EXPECT_EQ(site_of("my_site-2"), "my_site-2");
  EXPECT_EQ(site_of("bulk"), "bulk");
  EXPECT_EQ(site_of(std::string(253, 'a')), std::string(253, 'a'));
}

TEST(MicroAnalyticsNames, WhatIsNoNameOfAWebsiteIsRefused) {
  for (const std::string name : {"", ".", "..", "../../x", "a/b", "a..b", ".a", "-a", "_a", "a b", "a\\b", "www.-a", "a%2fb", "é", "a:80"})
    EXPECT_EQ(site_of(name), std::nullopt) << name;
  EXPECT_EQ(site_of(std::string(254, 'a')), std::nullopt);
  EXPECT_EQ(site_of(std::string("a\0b", 3)), std::nullopt);
}

TEST(MicroAnalyticsNames, ARefererIsKnownByItsHostAndPort) {
  EXPECT_EQ(referer_domain("https://www.google.com/search?q=x"), "www.google.com");
  EXPECT_EQ(referer_domain("http://localhost:4000/a"), "localhost:4000");
  EXPECT_EQ(referer_domain("https://user:secret@example.com:8443"), "example.com:8443");
  EXPECT_EQ(referer_domain("http://[::1]:80/"), "[::1]:80");
  EXPECT_EQ(referer_domain("android-app://com.google.android.gm"), "com.google.android.gm");
  for (const auto* none : {"", "/just/a/path", "example.com", "about:blank", "//example.com/x", "http://", "mailto:a@example.com"})
    EXPECT_EQ(referer_domain(none), "") << none;
}

TEST(MicroAnalyticsNames, ACountryIsALowerCaseCode) {
  EXPECT_EQ(country_of("FR"), "fr");
  EXPECT_EQ(country_of("a1"), "a1");
  for (const auto* none : {"", "f", "fra", "France", "f "}) EXPECT_EQ(country_of(none), "") << none;
}

TEST(MicroAnalyticsPlatform, TheMostParticularPlatformOfAUserAgentWins) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "Microsoft Windows"},
      {"Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; like iPhone OS 7_0_3)", "Microsoft Windows Phone"},
      {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1)", "Apple Mac"},
      {"Mozilla/5.0 (X11; Linux x86_64)", "Linux"},
      {"Mozilla/5.0 (Linux; Android 5.1; SAMSUNG SM-G920F)", "Android"},
      {"Mozilla/5.0 (SAMSUNG; SAMSUNG-GT-S8500; Linux)", "Samsung"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X)", "iPhone"},
      {"Mozilla/5.0 (iPod touch; CPU iPhone OS 7_0_3 like Mac OS X)", "iPod"},
      {"Mozilla/5.0 (iPad; CPU OS 9_1 like Mac OS X)", "iPad"},
      {"Mozilla/5.0 (PLAYSTATION 3; 1.00)", "Playstation"},
      {"Mozilla/5.0 (PlayStation Vita 3.55) Linux", "Playstation"},
      {"Opera/9.30 (Nintendo Wii; U; ; 2047-7; en)", "Wii"},
      {"BlackBerry9700/5.0.0.862 Profile/MIDP-2.1", "Blackberry"},
      {"curl/7.43.0", "Curl"},
      {"curl/7.43.0 (x86_64-pc-linux-gnu)", "Linux"},
      {"something else", ""},
      {"", ""}};
  for (const auto& [user_agent, platform] : cases) EXPECT_EQ(platform_of(user_agent), platform) << user_agent;
}

TEST(MicroAnalyticsPlatform, EveryPlatformOfASystemIsADeviceByTheNamesOfTheOthers) {
  EXPECT_EQ(device_of("Apple Mac").os, "MacOSX");
  EXPECT_EQ(device_of("iPad"), (event::Device{"Unknown", "0.0", "iOS", "0.0", "iPad", "Tablet"}));
  EXPECT_EQ(device_of("Toaster"), (event::Device{"Unknown", "0.0", "Unknown", "0.0", "Unknown", "Unknown"}));
  for (const auto* user_agent : {"windows nt", "windows phone", "macintosh", "linux", "wii", "playstation", "ipad", "ipod", "iphone", "android", "blackberry"})
    EXPECT_NE(device_of(platform_of(user_agent)).os, "Unknown") << user_agent;
}

}  // namespace
}  // namespace pico::api::micro_analytics
