#include "compat/micro_analytics/item_reader.hpp"

#include <gmock/gmock.h>

namespace pico::api::micro_analytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Outcome {
  std::vector<Item> items;
  std::optional<Fault> fault;
};

/// Reads the text in pieces of `piece` bytes.
Outcome read(std::string_view text, BodyForm form, std::size_t piece = 7, const ReaderLimits& limits = {}) {
  Outcome out;
  const auto next = [&] {
    const auto part = text.substr(0, piece);
    text.remove_prefix(part.size());
    return part;
  };
  const auto take = [&](Item& item) {
    out.items.push_back(std::move(item));
    return true;
  };
  out.fault = read_items(next, form, take, limits);
  return out;
}

Outcome item(std::string_view text) { return read(text, BodyForm::item); }
Outcome list(std::string_view text) { return read(text, BodyForm::list); }

TEST(MicroAnalyticsItemReader, ReadsAVisitWithItsFieldsAndTheHeadersThatCount) {
  const auto [items, fault] = item(R"({"time":"2015-11-25T15:00:00Z","event":"download","ip":"1.2.3.4","path":"/a","headers":{"referer":"http://x.example/",)"
                                   R"("user-agent":"curl/7","accept-language":"de-AT,de","cookie":"secret"}})");
  ASSERT_FALSE(fault);
  ASSERT_EQ(items.size(), 1);
  EXPECT_EQ(items[0].time, "2015-11-25T15:00:00Z");
  EXPECT_EQ(items[0].event, "download");
  EXPECT_EQ(items[0].ip, "1.2.3.4");
  EXPECT_EQ(items[0].path, "/a");
  EXPECT_EQ(items[0].referer, "http://x.example/");
  EXPECT_EQ(items[0].user_agent, "curl/7");
  EXPECT_EQ(items[0].accept_language, "de-AT,de");
}

TEST(MicroAnalyticsItemReader, ASingleVisitTakesNoPlatformRefererDomainCountryOrWebsite) {
  const auto [items, fault] = item(R"({"event":"e","platform":"X","refererDomain":"y","countryCode":"fr","website":"w"})");
  ASSERT_FALSE(fault);
  EXPECT_EQ(items.at(0).platform + items.at(0).referer_domain + items.at(0).country_code + items.at(0).website, "");
}

TEST(MicroAnalyticsItemReader, AListsItemsHaveThemAndTheirKeysComeInAnyCaseAndOrder) {
  const auto [items, fault] = list(R"({"other":[{"event":"no"}],"LIST":[{"WEBSITE":"w","Platform":"X"},{"refererdomain":"y","COUNTRYCODE":"fr",)"
                                   R"("headers":{"Referrer":"http://a/","X-User-Agent-Original":"UA"},"event":"last"}],"list2":{"list":3}})");
  ASSERT_FALSE(fault) << fault->message;
  ASSERT_EQ(items.size(), 2);
  EXPECT_EQ(items[0].website, "w");
  EXPECT_EQ(items[0].platform, "X");
  EXPECT_EQ(items[1].website, "") << "nothing stays of the item before";
  EXPECT_EQ(items[1].referer_domain, "y");
  EXPECT_EQ(items[1].country_code, "fr");
  EXPECT_EQ(items[1].referer, "http://a/");
  EXPECT_EQ(items[1].user_agent, "UA");
  EXPECT_EQ(items[1].event, "last");
}

TEST(MicroAnalyticsItemReader, OnlyTheHeadersRefererAndReferrerAreTheReferer) {
  const auto [items, fault] = item(R"({"headers":{"Referer":"http://right/","Referrer-Policy":"origin","X-Referer":"no"}})");
  ASSERT_FALSE(fault);
  EXPECT_EQ(items.at(0).referer, "http://right/");
}

TEST(MicroAnalyticsItemReader, NullIsNotGivenAndOtherKeysMayHoldWhateverTheyLike) {
  const auto [items, fault] = list(R"({"list":[{"event":null,"headers":null,"x":[1,[true,{"event":5}]],"time":"t","y":{"path":7}}],"z":1e9})");
  ASSERT_FALSE(fault);
  ASSERT_EQ(items.size(), 1);
  EXPECT_EQ(items[0].event, "");
  EXPECT_EQ(items[0].path, "");
  EXPECT_EQ(items[0].time, "t");
}

TEST(MicroAnalyticsItemReader, AListMayBeEmptyOrMissing) {
  for (const auto* text : {R"({"list":[]})", R"({"list":null})", "{}", R"({"items":[]})"}) {
    const auto [items, fault] = list(text);
    EXPECT_FALSE(fault) << text;
    EXPECT_TRUE(items.empty());
  }
}

TEST(MicroAnalyticsItemReader, TypesAreStrict) {
  for (const auto* text : {R"({"time":1448020800})", R"({"event":{}})", R"({"ip":["1.2.3.4"]})", R"({"path":true})", R"({"headers":[]})", R"({"headers":"x"})",
                           R"({"headers":{"referer":["http://x/"]}})", R"({"headers":{"anything":1}})", R"({"headers":{"a":{"b":"c"}}})", "[]", "null", "3"}) {
    const auto [items, fault] = item(text);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->code, "InvalidJSON");
    EXPECT_TRUE(items.empty());
  }
  for (const auto* text : {R"({"list":{}})", R"({"list":"x"})", R"({"list":[1]})", R"({"list":[null]})", R"({"list":[[{}]]})", R"({"list":[{"platform":1}]})",
                           R"({"list":[{"website":[]}]})", R"([{"event":"x"}])", R"({"list":[],"list":[]})"}) {
    const auto [items, fault] = list(text);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->code, "InvalidJSON");
  }
}

TEST(MicroAnalyticsItemReader, WhatIsNoJsonIsRefusedWithoutQuotingIt) {
  for (const auto* text : {"", "  ", "secret", "{\"event\":\"secret", "{\"event\":\"secret\"} secret", "{event:'secret'}", "{\"event\":\"\xff\"}"}) {
    const auto [items, fault] = item(text);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->code, "InvalidJSON");
    EXPECT_THAT(fault->message, Not(HasSubstr("secret")));
  }
}

TEST(MicroAnalyticsItemReader, AFaultInTheLastItemShowsAfterTheOthersWereTaken) {
  const auto [items, fault] = list(R"({"list":[{"event":"a"},{"event":"b"},{"event":5}]})");
  EXPECT_TRUE(fault);
  EXPECT_EQ(items.size(), 2);
}

TEST(MicroAnalyticsItemReader, WhereTheBytesAreCutMakesNoDifference) {
  constexpr std::string_view text = R"({"list":[{"event":"ä\u00e9","path":"/x"},{"headers":{"referer":"http://x/"}}]})";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto [items, fault] = read(text, BodyForm::list, piece);
    ASSERT_FALSE(fault) << piece;
    ASSERT_EQ(items.size(), 2);
    EXPECT_EQ(items[0].event, "äé");
    EXPECT_EQ(items[1].referer, "http://x/");
  }
}

TEST(MicroAnalyticsItemReader, AnItemHasABoundAListHasNone) {
  const ReaderLimits limits{.item_bytes = 10'000, .depth = 8};
  const auto of_length = [](std::size_t n) { return R"({"event":")" + std::string(n, 'x') + "\"}"; };
  EXPECT_FALSE(read(of_length(9'000), BodyForm::item, 1000, limits).fault);
  EXPECT_THAT(read(of_length(30'000), BodyForm::item, 1000, limits).fault.value().message, HasSubstr("too large"));
  EXPECT_TRUE(read(R"({"x":")" + std::string(30'000, 'x') + R"(","list":[]})", BodyForm::list, 1000, limits).fault);

  std::size_t pieces = 0, taken = 0;
  const auto one = R"({"event":")" + std::string(900, 'x') + "\"}";
  const auto separated = one + ",";
  const auto next = [&]() -> std::string_view {
    if (pieces++ == 0) return R"({"list":[)";
    return pieces < 5'000 ? separated : pieces == 5'000 ? std::string_view(one) : pieces == 5'001 ? "]}" : "";
  };
  EXPECT_FALSE(read_items(next, BodyForm::list, [&](Item&) { return ++taken > 0; }, limits));
  EXPECT_EQ(taken, 4'999);
}

TEST(MicroAnalyticsItemReader, NestingHasABound) {
  const auto nested = [](std::size_t depth) { return R"({"x":)" + std::string(depth, '[') + std::string(depth, ']') + "}"; };
  EXPECT_FALSE(item(nested(31)).fault);
  EXPECT_THAT(item(nested(32)).fault.value().message, HasSubstr("nested"));
  EXPECT_THAT(list(R"({"list":[{"x":)" + std::string(100'000, '[')).fault.value().message, HasSubstr("nested"));
}

TEST(MicroAnalyticsItemReader, WhoTakesTheItemsCanEndIt) {
  std::size_t taken = 0;
  std::string_view text = R"({"list":[{"event":"a"},{"event":"b"},{"event":"c"}]} and no JSON)";
  const auto next = [&] { return std::exchange(text, {}); };
  EXPECT_FALSE(read_items(next, BodyForm::list, [&](Item&) { return ++taken < 2; }));
  EXPECT_EQ(taken, 2);
}

TEST(MicroAnalyticsItemReader, LetsThroughWhatTheSourceOfTheBytesThrows) {
  const auto next = []() -> std::string_view { throw std::runtime_error("gone"); };
  EXPECT_THROW(read_items(next, BodyForm::list, [](Item&) { return true; }), std::runtime_error);
}

}  // namespace
}  // namespace pico::api::micro_analytics
