#include "stats/v1_filters.hpp"

#include <gmock/gmock.h>

namespace pico::api {
namespace {

using stats::Operator;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

stats::Test test_of(std::string_view text) {
  const auto filters = read_v1_filters(text);
  if (!filters || filters->size() != 1) throw std::runtime_error("not one filter");
  return filters->front().test;
}

TEST(V1Filters, CompareWithOneOrSeveralValues) {
  const auto one = test_of("visit:source==Google");
  EXPECT_EQ(one.op, Operator::is);
  EXPECT_EQ(one.dimension.dimension, stats::Dimension::source);
  EXPECT_THAT(one.values, ElementsAre("Google"));
  const auto several = test_of(" visit:source != Google|Bing ");
  EXPECT_EQ(several.op, Operator::is_not);
  EXPECT_THAT(several.values, ElementsAre("Google", "Bing"));
  EXPECT_EQ(test_of("event:props:plan==a==b").values, std::vector<std::string>{"a==b"});
}

TEST(V1Filters, TakeSeparatorsBehindABackslashAsTheyAre) {
  EXPECT_THAT(test_of(R"(event:page==/a\|b|/c\;d)").values, ElementsAre("/a|b", "/c;d"));
  EXPECT_THAT(test_of(R"(event:page==/a\b)").values, ElementsAre(R"(/a\b)"));
}

TEST(V1Filters, AreJoinedBySemicolons) {
  EXPECT_THAT(*read_v1_filters("visit:source==Google;event:page==/;"), SizeIs(2));
  EXPECT_THAT(*read_v1_filters(""), IsEmpty());
}

TEST(V1Filters, TurnWildcardsIntoExpressionsOfTheWholeText) {
  const auto test = test_of("event:page!=/blog/*|/a.b/**|/plain");
  EXPECT_EQ(test.op, Operator::matches_not);
  EXPECT_THAT(test.values, ElementsAre(R"(^\/blog\/[^/]*$)", R"(^\/a\.b\/.*$)", R"(^\/plain$)"));
  EXPECT_THAT(test_of("event:page==/über*").values, ElementsAre(R"(^\/über[^/]*$)"));
}

TEST(V1Filters, NameGoalsAsTheyAreStarsIncluded) {
  const auto test = test_of("event:goal==Visit /shop/*");
  EXPECT_EQ(test.op, Operator::is);
  EXPECT_THAT(test.values, ElementsAre("Visit /shop/*"));
}

TEST(V1Filters, AreRefusedWhereTheyCompareNothing) {
  for (const auto* text : {"visit:source", "==x", "visit:baa==x", "visit:source=Google"}) EXPECT_FALSE(read_v1_filters(text)) << text;
}

}  // namespace
}  // namespace pico::api
