#include "bot.hpp"

#include <gtest/gtest.h>
#include <string>

#include "samples.hpp"
#include "user_agents.hpp"

namespace pico::enrich {
namespace {

using event::Bot;

const BotDetector& detector() {
  static const BotDetector instance(true);
  return instance;
}

TEST(BotDetector, AMissingOrTinyUserAgentIsABot) {
  EXPECT_EQ(detector().classify(""), Bot::user_agent_empty);
  EXPECT_EQ(detector().classify("-"), Bot::user_agent_empty);
  EXPECT_EQ(bot_profile("", Bot::user_agent_empty).browser, "Unknown");
}

TEST(BotDetector, EverySampleOfTheCrawlerListIsABot) {
  for (const auto& sample : crawler_samples()) EXPECT_NE(detector().classify(sample), Bot::no) << sample;
}

TEST(BotDetector, NoBrowserIsABot) {
  for (const auto browser : browser_user_agents) EXPECT_EQ(detector().classify(browser), Bot::no) << browser;
}

TEST(BotDetector, TheReasonIsToldApart) {
  EXPECT_EQ(detector().classify(
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"),
            Bot::automation);
  EXPECT_EQ(detector().classify("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), Bot::crawler);
  EXPECT_EQ(detector().classify("InventedRobot/1.0"), Bot::contract);
}

TEST(BotDetector, WithoutCrawlerRulesTheWordsStillCount) {
  const BotDetector words(false);
  for (const std::string_view bot :
       {"curl/8.5.0", "Python-urllib/3.11", "python-requests/2.31", "Wget/1.21", "Go-http-client/2.0",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "Some Spider 1", "vegeta/1"}) {
    EXPECT_EQ(words.classify(bot), Bot::contract) << bot;
  }
  EXPECT_EQ(words.classify("okhttp/4.9.3"), Bot::no);
  EXPECT_EQ(detector().classify("okhttp/4.9.3"), Bot::crawler);
}

TEST(BotDetector, TheNameOfACubotPhoneIsNoBotButABotOnOneIs) {
  const std::string phone =
      "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 7) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari/537.36";
  EXPECT_EQ(detector().classify(phone), Bot::no);
  EXPECT_EQ(detector().classify(phone + " InventedBot/1.0"), Bot::contract);
}

TEST(BotProfile, KnownBotsHaveTheOriginalsNamesAndOthersNone) {
  EXPECT_EQ(bot_profile("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", Bot::crawler).browser,
            "BingBot");
  EXPECT_EQ(bot_profile("facebookexternalhit/1.1", Bot::crawler).browser, "FacebookBot");
  EXPECT_EQ(bot_profile("curl/8.5.0", Bot::contract).browser, "Bot");
}

}  // namespace
}  // namespace pico::enrich
