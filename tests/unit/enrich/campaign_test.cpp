#include "campaign.hpp"

#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

class CampaignTest : public testing::Test {
 protected:
  Campaign of(std::string query) {
    raw_.query = std::move(query);
    return reader_.read(raw_);
  }
  event::Raw raw_;
  CampaignReader reader_;
};

TEST_F(CampaignTest, ReadsTheTagsOfTheQuery) {
  const auto campaign = of("a=b&utm_source=news&utm_medium=mail&utm_campaign=spring&utm_content=top&utm_term=shoes");
  EXPECT_EQ(campaign.tag, "news");
  EXPECT_EQ(campaign.medium, "mail");
  EXPECT_EQ(campaign.campaign, "spring");
  EXPECT_EQ(campaign.content, "top");
  EXPECT_EQ(campaign.term, "shoes");
  EXPECT_EQ(campaign.click_id, "");
}

TEST_F(CampaignTest, TheTagIsUtmSourceThenSourceThenRef) {
  EXPECT_EQ(of("ref=c&source=b&utm_source=a").tag, "a");
  EXPECT_EQ(of("ref=c&source=b").tag, "b");
  EXPECT_EQ(of("ref=c").tag, "c");
  EXPECT_EQ(of("utm_source=&ref=c").tag, "c");
}

TEST_F(CampaignTest, FieldsOfTheEventComeBeforeTheQuery) {
  raw_.utm_source = "sent";
  raw_.utm_medium = "field";
  const auto campaign = of("utm_source=query&utm_medium=query&utm_campaign=query");
  EXPECT_EQ(campaign.tag, "sent");
  EXPECT_EQ(campaign.medium, "field");
  EXPECT_EQ(campaign.campaign, "query");
}

TEST_F(CampaignTest, ValuesAreDecodedAndOtherwiseKept) {
  const auto campaign = of("utm_source=My%20News&utm_medium=A+b&utm_campaign=100%25&utm_term=caf%C3%A9");
  EXPECT_EQ(campaign.tag, "My News");
  EXPECT_EQ(campaign.medium, "A b");
  EXPECT_EQ(campaign.campaign, "100%");
  EXPECT_EQ(campaign.term, "café");
}

TEST_F(CampaignTest, WhatDecodingBringsForthIsCleaned) {
  EXPECT_EQ(of("utm_source=a%00b%01c").tag, "abc");
  EXPECT_EQ(of("utm_source=%FF").tag, "\uFFFD");
  EXPECT_EQ(of("utm_source=" + std::string(400, 'x')).tag.size(), 255U);
  EXPECT_EQ(of("utm_source=%20" + std::string(400, 'x')).tag.size(), 255U);
}

TEST_F(CampaignTest, OnlyTheNameOfTheFirstClickIdIsKept) {
  EXPECT_EQ(of("fbclid=secret&gclid=secret").click_id, "gclid");
  EXPECT_EQ(of("twclid=1&msclkid=2").click_id, "msclkid");
  EXPECT_EQ(of("wbraid=1").click_id, "wbraid");
  EXPECT_EQ(of("gclid=").click_id, "");
  EXPECT_EQ(of("xgclid=1").click_id, "");
}

TEST_F(CampaignTest, NoQueryHasNothing) {
  EXPECT_TRUE(of("").empty());
  EXPECT_TRUE(of("page=2&utm_term=x").empty());
}

TEST_F(CampaignTest, NothingOfTheLastEventIsLeft) {
  of("utm_source=%61%62&utm_medium=%61&gclid=1");
  const auto campaign = of("utm_campaign=%61");
  EXPECT_EQ(campaign.tag, "");
  EXPECT_EQ(campaign.medium, "");
  EXPECT_EQ(campaign.click_id, "");
}

}  // namespace
}  // namespace pico::enrich
