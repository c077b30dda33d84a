#include "pico/enrich/arrival.hpp"

#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

TEST(ArrivalReader, NamesSourceAndChannelOfAReferrerAlone) {
  ArrivalReader reader;
  const auto acquisition = reader.read({.site = "example.com", .hostname = "www.example.com", .referrer = "https://www.google.com/search?q=secret"});
  EXPECT_EQ(acquisition.referrer, "google.com/search");
  EXPECT_EQ(acquisition.source, "Google");
  EXPECT_EQ(acquisition.channel, "Organic Search");
}

TEST(ArrivalReader, TakesTheSitesOwnPagesForNoReferrer) {
  ArrivalReader reader;
  const auto acquisition = reader.read({.site = "example.com", .hostname = "www.example.com", .referrer = "https://www.example.com/before"});
  EXPECT_EQ(acquisition.referrer, "");
  EXPECT_EQ(acquisition.channel, "Direct");
}

TEST(ArrivalReader, CampaignTagsGoBeforeTheReferrerAndNothingIsLeftForTheNextEvent) {
  ArrivalReader reader;
  const auto tagged = reader.read({.site = "example.com",
                                   .hostname = "example.com",
                                   .referrer = "https://www.google.com/",
                                   .utm_source = "news",
                                   .utm_medium = "email",
                                   .utm_campaign = "spring",
                                   .utm_content = "top",
                                   .utm_term = "shoes"});
  EXPECT_EQ(tagged.source, "news");
  EXPECT_EQ(tagged.channel, "Email");
  EXPECT_EQ(tagged.campaign, "spring");
  EXPECT_EQ(tagged.content, "top");
  EXPECT_EQ(tagged.term, "shoes");
  EXPECT_EQ(reader.read({.site = "example.com", .hostname = "example.com"}), (event::Acquisition{.channel = "Direct"}));
}

}  // namespace
}  // namespace pico::enrich
