#include "source.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

#include "pico/core/text.hpp"
#include "table.hpp"

namespace pico::enrich {
namespace {

const Sources& sources() {
  static const Sources instance;
  return instance;
}

TEST(Sources, KnownHostsHaveADisplayName) {
  EXPECT_EQ(sources().of_host("google.co.uk").name, "Google");
  EXPECT_EQ(sources().of_host("google.co.uk").category, Category::search);
  EXPECT_EQ(sources().of_host("t.co").name, "X (Twitter)");
  EXPECT_EQ(sources().of_host("ntp.msn.com").name, "Bing");
  EXPECT_EQ(sources().of_host("search.brave.com").name, "Brave");
  EXPECT_EQ(sources().of_host("statics.teams.cdn.office.net").name, "Microsoft Teams");
  EXPECT_EQ(sources().of_host("pplx.ai").name, "Perplexity");
  EXPECT_EQ(sources().of_host("yandex.com.tr").name, "Yandex");
  EXPECT_EQ(sources().of_host("webk.telegram.org").name, "Telegram");
  EXPECT_EQ(sources().of_host("wap.sogou.com").name, "Sogou");
  EXPECT_EQ(sources().of_host("linktr.ee").name, "Linktree");
}

TEST(Sources, AKnownHostStandsForItsSubDomains) {
  EXPECT_EQ(sources().of_host("fr.wikipedia.org").name, "Wikipedia");
  EXPECT_EQ(sources().of_host("app.slack.com").category, Category::social);
  EXPECT_EQ(sources().of_host("ptb.discord.com").name, "Discord");
  EXPECT_EQ(sources().of_host("out.reddit.com").name, "Reddit");
}

TEST(Sources, AHostThatMerelyEndsLikeAKnownOneIsAnother) {
  EXPECT_EQ(sources().of_host("notfacebook.com").name, "notfacebook.com");
  EXPECT_EQ(sources().of_host("notfacebook.com").category, Category::none);
}

TEST(Sources, AnUnknownHostIsItsOwnName) {
  EXPECT_EQ(sources().of_host("some.example").name, "some.example");
  EXPECT_EQ(sources().of_host("android-app://org.example.app").name, "android-app://org.example.app");
}

TEST(Sources, AServiceOfASearchEngineIsNoSearch) {
  EXPECT_EQ(sources().of_host("mail.google.com").name, "Gmail");
  EXPECT_EQ(sources().of_host("docs.google.com").category, Category::none);
  EXPECT_EQ(sources().of_host("support.google.com").category, Category::none);
  EXPECT_EQ(sources().of_host("gemini.google.com").category, Category::ai);
  EXPECT_EQ(sources().of_host("mail.yandex.ru").category, Category::email);
}

TEST(Sources, AppsAreNamedLikeTheirSites) {
  EXPECT_EQ(sources().of_host("android-app://com.reddit.frontpage").name, "Reddit");
  EXPECT_EQ(sources().of_host("android-app://com.google.android.gm").name, "Gmail");
  EXPECT_EQ(sources().of_host("android-app://com.google.android.googlequicksearchbox").name, "Google");
}

TEST(Sources, TagsAreAliasesWithoutCase) {
  EXPECT_EQ(sources().of_tag("GOOGLE").name, "Google");
  EXPECT_EQ(sources().of_tag("fb").name, "Facebook");
  EXPECT_EQ(sources().of_tag("facebook_feed_ad").name, "Facebook");
  EXPECT_EQ(sources().of_tag("IG").name, "Instagram");
  EXPECT_EQ(sources().of_tag("yt-ads").name, "Youtube");
  EXPECT_EQ(sources().of_tag("tik.tok").name, "TikTok");
  EXPECT_EQ(sources().of_tag("twitter").name, "X (Twitter)");
  EXPECT_EQ(sources().of_tag("google ads").name, "Google");
}

TEST(Sources, ATagCanBeAHostAndElseStaysAsGiven) {
  EXPECT_EQ(sources().of_tag("chatgpt.com").name, "ChatGPT");
  EXPECT_EQ(sources().of_tag("www.News.YCombinator.com").name, "Hacker News");
  EXPECT_EQ(sources().of_tag("Spring Letter").name, "Spring Letter");
  EXPECT_EQ(sources().of_tag("partner.example").name, "partner.example");
}

TEST(Sources, PaidTagsAreKnownAliasesThatSayAd) {
  for (const auto* tag : {"adwords", "fbad", "fb-ads", "google-ads", "tiktokads", "reddit-ads"})
    EXPECT_TRUE(sources().is_paid_tag(tag)) << tag;
  for (const auto* tag : {"google", "download", "lads", "ad", "threads"}) EXPECT_FALSE(sources().is_paid_tag(tag)) << tag;
}

TEST(SourcesTable, HasNoHostOrAliasTwiceAndOnlyKnownCategories) {
  const std::set<std::string_view> categories = {"search", "social", "video", "shopping", "email", "ai", "-"};
  std::set<std::string> hosts, aliases;
  for_each_row<4>(embedded_table("sources.tsv"), [&](const auto& row) {
    EXPECT_TRUE(categories.contains(row[1])) << row[0];
    for (auto list = row[2]; !list.empty();) {
      const std::string host(take_until(list, ','));
      EXPECT_TRUE(hosts.insert(host).second) << host;
      EXPECT_EQ(host, to_lower_ascii(host));
      EXPECT_FALSE(host.starts_with("www."));
    }
    for (auto list = row[3]; !list.empty();) {
      const std::string alias(take_until(list, ','));
      EXPECT_TRUE(aliases.insert(alias).second) << alias;
      EXPECT_EQ(alias, to_lower_ascii(alias));
    }
  });
  EXPECT_GT(hosts.size(), 100U);
}

}  // namespace
}  // namespace pico::enrich
