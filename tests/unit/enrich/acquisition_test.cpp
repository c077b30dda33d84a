#include "acquisition.hpp"

#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

class AcquisitionTest : public testing::Test {
 protected:
  AcquisitionTest() {
    raw_.domain = "example.com";
    raw_.hostname = "www.example.com";
  }
  event::Acquisition of(std::string query, std::string referrer) {
    raw_.query = std::move(query);
    raw_.referrer = std::move(referrer);
    static const Sources sources;
    static AcquisitionReader reader(sources);
    return reader.read(raw_);
  }
  event::Raw raw_;
};

struct Vector {
  const char *query, *referrer, *channel;
};

TEST_F(AcquisitionTest, EachVisitHasTheChannelOfTheContract) {
  constexpr Vector vectors[] = {
      {"utm_campaign=cross-network", "", "Cross-network"},
      {"utm_campaign=shopping&utm_medium=paid", "", "Paid Shopping"},
      {"utm_medium=paid", "https://shopify.com", "Paid Shopping"},
      {"gclid=1", "https://google.com", "Paid Search"},
      {"gclid=1&utm_medium=paidads", "https://google.com", "Paid Search"},
      {"gclid=1", "https://duckduckgo.com", "Organic Search"},
      {"msclkid=1", "https://bing.com", "Paid Search"},
      {"utm_medium=paid", "https://duckduckgo.com", "Paid Search"},
      {"utm_source=google&utm_medium=paid", "", "Paid Search"},
      {"source=Google-ads", "", "Paid Search"},
      {"utm_source=Adwords", "", "Paid Search"},
      {"utm_medium=paid", "https://tiktok.com", "Paid Social"},
      {"utm_source=fb-ads", "", "Paid Social"},
      {"utm_source=fbad", "", "Paid Social"},
      {"utm_medium=paid", "https://youtube.com", "Paid Video"},
      {"utm_source=yt-ads", "", "Paid Video"},
      {"utm_medium=display&utm_source=google&gclid=1", "", "Display"},
      {"utm_medium=cpc", "", "Paid Other"},
      {"", "https://walmart.com", "Organic Shopping"},
      {"", "https://temu.com", "Organic Shopping"},
      {"utm_campaign=shop", "", "Organic Shopping"},
      {"", "http://facebook.com", "Organic Social"},
      {"", "android-app://com.reddit.frontpage", "Organic Social"},
      {"", "https://statics.teams.cdn.office.net", "Organic Social"},
      {"", "https://news.ycombinator.com", "Organic Social"},
      {"", "https://app.slack.com", "Organic Social"},
      {"utm_source=twitter", "", "Organic Social"},
      {"utm_source=threads", "", "Organic Social"},
      {"utm_source=ig", "", "Organic Social"},
      {"utm_source=fb", "", "Organic Social"},
      {"ref=producthunt", "", "Organic Social"},
      {"utm_medium=social", "", "Organic Social"},
      {"", "https://vimeo.com", "Organic Video"},
      {"utm_source=duckduckgo", "", "Organic Search"},
      {"", "https://search.brave.com", "Organic Search"},
      {"", "https://search.yahoo.com", "Organic Search"},
      {"", "https://perplexity.ai", "AI Assistants"},
      {"", "https://pplx.ai", "AI Assistants"},
      {"utm_source=perplexity", "", "AI Assistants"},
      {"utm_source=chatgpt.com", "", "AI Assistants"},
      {"utm_source=email", "", "Email"},
      {"utm_medium=email", "", "Email"},
      {"utm_source=Newsletter-UK", "", "Email"},
      {"", "https://mail.google.com", "Email"},
      {"utm_medium=sms", "", "SMS"},
      {"utm_medium=app-push", "", "Mobile Push Notifications"},
      {"utm_medium=example-mobile", "", "Mobile Push Notifications"},
      {"utm_medium=referral", "", "Referral"},
      {"", "https://othersite.com", "Referral"},
      {"", "https://linktr.ee", "Referral"},
      {"", "https://en.wikipedia.org", "Referral"},
      {"", "", "Direct"},
      {"", "https://example.com/before", "Direct"},
      {"page=2", "not a url", "Direct"},
  };
  for (const auto& [query, referrer, channel] : vectors)
    EXPECT_EQ(of(query, referrer).channel, channel) << query << " " << referrer;
}

TEST_F(AcquisitionTest, ATagBeatsTheReferrerWhichIsKept) {
  const auto acquisition =
      of("utm_source=GOOGLE&utm_medium=Mail&utm_campaign=C&utm_content=A&utm_term=T", "https://www.bing.com/search");
  EXPECT_EQ(acquisition.source, "Google");
  EXPECT_EQ(acquisition.utm_source, "GOOGLE");
  EXPECT_EQ(acquisition.referrer, "bing.com/search");
  EXPECT_EQ(acquisition.medium, "Mail");
  EXPECT_EQ(acquisition.campaign, "C");
  EXPECT_EQ(acquisition.content, "A");
  EXPECT_EQ(acquisition.term, "T");
}

TEST_F(AcquisitionTest, AClickIdStandsForAMissingMediumOnlyWithItsOwnEngine) {
  EXPECT_EQ(of("gclid=1", "https://google.com").medium, "(gclid)");
  EXPECT_EQ(of("gclid=1", "https://google.com").click_id, "gclid");
  EXPECT_EQ(of("gclid=1&utm_medium=paidads", "https://google.com").medium, "paidads");
  EXPECT_EQ(of("msclkid=1", "https://bing.com").medium, "(msclkid)");
  EXPECT_EQ(of("gclid=1", "https://duckduckgo.com").medium, "");
  EXPECT_EQ(of("gclid=1", "https://duckduckgo.com").click_id, "gclid");
}

TEST_F(AcquisitionTest, APageWithinTheSiteIsDirectAndBlank) {
  event::Acquisition direct;
  direct.channel = "Direct";
  EXPECT_EQ(of("page=2", "https://www.example.com/1"), direct);
  EXPECT_EQ(of("", ""), direct);
}

TEST_F(AcquisitionTest, ReferrersAreNamed) {
  EXPECT_EQ(of("", "https://en.wikipedia.org/wiki/Berlin").source, "Wikipedia");
  EXPECT_EQ(of("", "https://mail.google.com/").source, "Gmail");
  EXPECT_EQ(of("", "https://www.other.example/").source, "other.example");
}

}  // namespace
}  // namespace pico::enrich
