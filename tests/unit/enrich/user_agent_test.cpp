#include "user_agent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <string>
#include <utility>

#include "bot.hpp"
#include "user_agents.hpp"

namespace pico::enrich {
namespace {

/// `Chrome/114.0/Android/10.0/Linux/Phone`: how the contract writes a result down.
std::string summary(const Profile& profile) {
  const auto device = profile.device();
  std::string text;
  for (const auto part :
       {device.browser, device.browser_version, device.os, device.os_version, device.platform, device.device_type}) {
    if (!text.empty()) text += '/';
    text += part;
  }
  return text;
}

class UserAgentTest : public testing::Test {
 protected:
  static std::string of(std::string_view user_agent) {
    static const UserAgentParser parser;
    return summary(parser.parse(user_agent));
  }
};

TEST_F(UserAgentTest, TheVectorsOfTheOriginalHold) {
  EXPECT_EQ(of("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Mobile Safari/537.36"),
            "Chrome/114.0/Android/10.0/Linux/Phone");
  EXPECT_EQ(of("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_6) AppleWebKit/601.1.56 (KHTML, like Gecko) Version/9.0.2 "
               "Safari/601.1.56"),
            "Safari/9.0/MacOSX/10.11/Mac/Computer");
  EXPECT_EQ(
      of("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246"),
      "Edge/12.246/Windows/10.0/Windows/Computer");
  EXPECT_EQ(summary(bot_profile("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", event::Bot::crawler)),
            "GoogleBot/0.0/Bot/0.0/Bot/Computer");
}

TEST_F(UserAgentTest, BrowsersGoByTheOriginalsNames) {
  const std::pair<std::string_view, std::string_view> expected[] = {
      {"SamsungBrowser/25.0 Chrome/121", "Samsung/25.0/Android/14.0/Linux/Phone"},
      {"Edg/126.0.2592.56", "Edge/126.0/Windows/10.0/Windows/Computer"},
      {"EdgA/126", "Edge/126.0/Android/10.0/Linux/Phone"},
      {"Safari/537.36 OPR/111", "Opera/111.0/Windows/10.0/Windows/Computer"},
      {"Opera Mini/36.2", "Opera/36.2/Android/0.0/Linux/Phone"},
      {"Trident/7.0; rv:11.0", "IE/11.0/Windows/10.0/Windows/Computer"},
      {"MSIE 8.0", "IE/8.0/Windows/6.1/Windows/Computer"},
      {"FxiOS/127", "Firefox/127.0/iOS/17.5/iPhone/Phone"},
      {"CriOS/126", "Chrome/126.0/iOS/17.5/iPhone/Phone"},
      {"; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/121", "Chrome/121.0/Android/14.0/Linux/Phone"},
      {"Ubuntu; Linux x86_64; rv:127", "Firefox/127.0/Linux/0.0/Linux/Computer"},
      {"YaBrowser/24.6.0.0", "Yandex/24.6/Windows/10.0/Windows/Computer"},
      {"UCBrowser/13.6", "UCBrowser/13.6/Android/13.0/Linux/Phone"},
      {"coc_coc_browser/98", "CocCoc/98.0/Windows/6.1/Windows/Computer"},
      {"KFTRWI", "Silk/126.3/Android/11.0/Linux/Tablet"},
      {"Vivaldi/6.8", "Vivaldi/6.8/Windows/10.0/Windows/Computer"},
      {"CrOS x86_64", "Chrome/126.0/ChromeOS/14541.0/Linux/Computer"},
  };
  for (const auto& [part, result] : expected) {
    const auto* const found = std::ranges::find_if(browser_user_agents, [&](auto text) { return text.find(part) != text.npos; });
    ASSERT_NE(found, std::end(browser_user_agents)) << part;
    EXPECT_EQ(of(*found), result) << *found;
  }
}

TEST_F(UserAgentTest, AppleDevicesAreToldApart) {
  EXPECT_EQ(
      of("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 "
         "Safari/604.1"),
      "Safari/16.6/iOS/16.6/iPad/Tablet");
  EXPECT_EQ(of("Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 "
               "Mobile/15E148 Safari/604.1"),
            "Safari/12.1/iOS/12.5/iPod/Phone");
}

TEST_F(UserAgentTest, WindowsHasItsKernelsVersion) {
  const auto windows = [](std::string_view version) {
    return "Mozilla/5.0 (Windows NT " + std::string(version) +
           "; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/49.0.1.2 "
           "Safari/537.36";
  };
  EXPECT_EQ(of(windows("5.1")), "Chrome/49.0/Windows/5.1/Windows/Computer");
  EXPECT_EQ(of(windows("6.0")), "Chrome/49.0/Windows/6.0/Windows/Computer");
  EXPECT_EQ(of(windows("6.3")), "Chrome/49.0/Windows/6.3/Windows/Computer");
  EXPECT_EQ(of(windows("10.0")), "Chrome/49.0/Windows/10.0/Windows/Computer");
}

TEST_F(UserAgentTest, KindsOfDeviceAreRecognised) {
  const std::pair<std::string_view, std::string_view> expected[] = {
      {"PlayStation 5", "/Playstation/0.0/Playstation/Console"},
      {"Xbox Series X", "/Xbox/0.0/Xbox/Console"},
      {"Nintendo Switch", "/Nintendo/0.0/Nintendo/Console"},
      {"Web0S", "/TV"},
      {"SMART-TV", "/TV"},
      {"AFTKA", "/TV"},
      {"Quest 3", "/Wearable"},
      {"KAIOS", "/Phone"},
      {"Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari", "/Android/10.0/Linux/Tablet"},
  };
  for (const auto& [part, end] : expected) {
    const auto* const found = std::ranges::find_if(browser_user_agents, [&](auto text) { return text.find(part) != text.npos; });
    ASSERT_NE(found, std::end(browser_user_agents)) << part;
    EXPECT_THAT(of(*found), testing::EndsWith(std::string(end))) << *found;
  }
}

TEST_F(UserAgentTest, AnUnknownOneSaysSo) {
  EXPECT_EQ(of("something else"), "Unknown/0.0/Unknown/0.0/Unknown/Unknown");
}

TEST_F(UserAgentTest, TextOfTheClientIsNeverTakenForAName) {
  EXPECT_EQ(of("Jane Doe's Secret App/1.2 CFNetwork/1410.0.3 Darwin/22.6.0"), "Unknown/1.2/iOS/16.0/iPhone/Phone");
  EXPECT_EQ(of("HbbTV/1.5.1 (; ; JaneDoe ; x 2015 )").find("JaneDoe"), std::string::npos);
}

TEST_F(UserAgentTest, AbsurdVersionsAreZero) {
  EXPECT_EQ(of("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99999999999999999999.5.0.0 "
               "Safari/537.36"),
            "Chrome/0.5/Linux/0.0/Linux/Computer");
}

TEST_F(UserAgentTest, EveryBrowserInUseHasANameAndASystem) {
  for (const auto user_agent : browser_user_agents) {
    const auto result = of(user_agent);
    EXPECT_FALSE(result.starts_with("Unknown")) << user_agent << " → " << result;
    EXPECT_EQ(result.find("/Unknown"), std::string::npos) << user_agent << " → " << result;
  }
}

}  // namespace
}  // namespace pico::enrich
