#include "channel.hpp"

#include <gtest/gtest.h>
#include <tuple>
#include <utility>

namespace pico::enrich {
namespace {

std::string_view by_medium(std::string_view medium, Category category = Category::none) {
  ChannelInput input;
  input.medium = medium;
  input.source = {category == Category::none ? "" : "Somebody", category};
  return channel_of(input);
}

std::string_view by_campaign(std::string_view campaign) {
  ChannelInput input;
  input.campaign = campaign;
  return channel_of(input);
}

TEST(Channel, NothingIsDirect) {
  EXPECT_EQ(channel_of({}), "Direct");
}

TEST(Channel, EachMediumHasItsChannel) {
  const std::pair<std::string_view, std::string_view> expected[] = {
      {"display", "Display"},
      {"banner", "Display"},
      {"expandable", "Display"},
      {"interstitial", "Display"},
      {"cpm", "Display"},
      {"cpc", "Paid Other"},
      {"ppc", "Paid Other"},
      {"retargeting", "Paid Other"},
      {"paidads", "Paid Other"},
      {"social", "Organic Social"},
      {"sm", "Organic Social"},
      {"social network", "Organic Social"},
      {"social-media", "Organic Social"},
      {"webvideo", "Organic Video"},
      {"organic", "Organic Search"},
      {"e-mail", "Email"},
      {"newsletter", "Email"},
      {"affiliate", "Affiliates"},
      {"audio", "Audio"},
      {"sms", "SMS"},
      {"app-push", "Mobile Push Notifications"},
      {"example-mobile", "Mobile Push Notifications"},
      {"notifications", "Mobile Push Notifications"},
      {"referral", "Referral"},
      {"app", "Referral"},
      {"link", "Referral"},
      {"print", "Direct"},
      {"(gclid)", "Direct"},
  };
  for (const auto& [medium, channel] : expected) EXPECT_EQ(by_medium(medium), channel) << medium;
}

TEST(Channel, EachKindOfSourceHasAnOrganicAndAPaidChannel) {
  const std::tuple<Category, std::string_view, std::string_view> expected[] = {
      {Category::search, "Organic Search", "Paid Search"},
      {Category::social, "Organic Social", "Paid Social"},
      {Category::video, "Organic Video", "Paid Video"},
      {Category::shopping, "Organic Shopping", "Paid Shopping"},
      {Category::email, "Email", "Paid Other"},
      {Category::ai, "AI Assistants", "Paid Other"},
  };
  for (const auto& [category, organic, paid] : expected) {
    EXPECT_EQ(by_medium("", category), organic);
    EXPECT_EQ(by_medium("paid", category), paid);
  }
}

TEST(Channel, AShopIsOneWhereAWordBegins) {
  for (const auto* shop : {"shop", "eshop", "e-shop", "web shop", "spring-shopping-2", "bigshopping", "workshop shop"}) {
    EXPECT_EQ(by_campaign(shop), "Organic Shopping") << shop;
  }
  EXPECT_EQ(by_campaign("workshop"), "Direct");
  EXPECT_EQ(by_campaign("a cross-network b"), "Cross-network");
}

TEST(Channel, APaidTagMakesASearchPaidWithoutAMedium) {
  ChannelInput input;
  input.source = {"Google", Category::search};
  input.paid_tag = true;
  EXPECT_EQ(channel_of(input), "Paid Search");
}

TEST(Channel, AClickIdIsPaidSearchOnlyWithItsOwnEngine) {
  ChannelInput input;
  input.click_id = "gclid";
  input.source = {"Google", Category::search};
  EXPECT_EQ(channel_of(input), "Paid Search");
  input.source = {"DuckDuckGo", Category::search};
  EXPECT_EQ(channel_of(input), "Organic Search");
  input.click_id = "msclkid";
  input.source = {"Bing", Category::search};
  EXPECT_EQ(channel_of(input), "Paid Search");
}

TEST(Channel, FirebaseIsPushAndAnyOtherSourceAReferral) {
  ChannelInput input;
  input.source = {"Firebase", Category::none};
  EXPECT_EQ(channel_of(input), "Mobile Push Notifications");
  input.source = {"some.example", Category::none};
  EXPECT_EQ(channel_of(input), "Referral");
}

}  // namespace
}  // namespace pico::enrich
