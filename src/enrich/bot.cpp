#include "bot.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "pico/core/text.hpp"
#include "table.hpp"

namespace pico::enrich {
namespace {

using event::Bot;

constexpr std::array automation_words = {
    "headless",  "phantomjs", "slimerjs", "puppeteer", "playwright", "selenium",
    "webdriver", "cypress",   "htmlunit", "zombie.js", "jsdom",
};

// The original's list without `yandex`, which also stands in the User-Agents of Yandex' apps: its crawlers all say `bot`.
constexpr std::array contract_words = {
    "crawler",
    "spider",
    "google-extended",
    "feedfetcher-google",
    "mediapartners-google",
    "apis-google",
    "googleother",
    "google-adwords-instant",
    "google-inspectiontool",
    "slurp",
    "wget",
    "python-urllib",
    "python-requests",
    "aiohttp",
    "curl",
    "httpx",
    "libwww-perl",
    "httpunit",
    "nutch",
    "go-http-client",
    "vegeta",
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> bot_names = {{
    {"googlebot", "GoogleBot"},
    {"bingbot", "BingBot"},
    {"msnbot", "MsnBot"},
    {"applebot", "AppleBot"},
    {"baiduspider", "BaiduBot"},
    {"duckduckbot", "DuckDuckGoBot"},
    {"duckduckgo", "DuckDuckGoBot"},
    {"facebookexternalhit", "FacebookBot"},
    {"facebookbot", "FacebookBot"},
    {"meta-external", "FacebookBot"},
    {"facebookcatalog", "FacebookBot"},
    {"linkedinbot", "LinkedInBot"},
    {"pingdom", "PingdomBot"},
    {"twitterbot", "TwitterBot"},
    {"yandex", "YandexBot"},
    {"coccocbot", "CocCocBot"},
    {"yahoo! slurp", "YahooBot"},
}};

template <class Words>
bool contains_any(std::string_view text, const Words& words) {
  return std::ranges::any_of(words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// `bot` anywhere, except in the name of the Cubot phones.
bool contains_bot(std::string_view text) {
  for (auto at = text.find("bot"); at != std::string_view::npos; at = text.find("bot", at + 1)) {
    if (!text.substr(0, at).ends_with("cu")) return true;
  }
  return false;
}

}  // namespace

BotDetector::BotDetector(bool crawler_rules) {
  if (crawler_rules) {
    for_each_row<1>(embedded_table("crawler_rules.tsv"), [this](const auto& row) { crawlers_.add(row[0]); });
  }
  crawlers_.compile();
}

Bot BotDetector::classify(std::string_view user_agent) const {
  if (user_agent.size() <= 1) return Bot::user_agent_empty;
  const auto lower = to_lower_ascii(user_agent);
  if (contains_any(lower, automation_words)) return Bot::automation;
  if (crawlers_.matches(user_agent)) return Bot::crawler;
  if (contains_any(lower, contract_words) || contains_bot(lower)) return Bot::contract;
  return Bot::no;
}

Profile bot_profile(std::string_view user_agent, event::Bot reason) {
  Profile profile;
  profile.bot = reason;
  if (reason == Bot::user_agent_empty) return profile;
  const auto lower = to_lower_ascii(user_agent);
  const auto named =
      std::ranges::find_if(bot_names, [&lower](const auto& entry) { return lower.find(entry.first) != std::string::npos; });
  profile.browser = named == bot_names.end() ? "Bot" : named->second;
  profile.os = profile.platform = "Bot";
  profile.device_type = "Computer";
  return profile;
}

}  // namespace pico::enrich
