#include "compat/micro_analytics/question.hpp"

#include <gtest/gtest.h>

#include "compat/micro_analytics/answers.hpp"

namespace pico::api::micro_analytics {
namespace {

using std::chrono::seconds;

Instant at(std::int64_t since_1970) { return Instant(seconds(since_1970)); }

Question question(std::string_view query) {
  const auto parsed = parse_question(query);
  if (const auto* fault = std::get_if<Fault>(&parsed)) ADD_FAILURE() << query << ": " << fault->code;
  return std::holds_alternative<Question>(parsed) ? std::get<Question>(parsed) : Question{};
}

std::string_view fault(std::string_view query) {
  const auto parsed = parse_question(query);
  return std::holds_alternative<Fault>(parsed) ? std::get<Fault>(parsed).code : "";
}

TEST(MicroAnalyticsQuestion, BothEndsAreIncludedInWholeSeconds) {
  const auto both = question("start=2015-11-20T12:00:00.900Z&end=2015-11-20T12:00:00.100Z");
  EXPECT_EQ(both.range.from, at(1'448'020'800));
  EXPECT_EQ(both.range.until, at(1'448'020'801));
}

TEST(MicroAnalyticsQuestion, TimesMayBeInAnyOfTheThreeFormsAndEncodedOrNot) {
  for (const auto* start : {"1448020800", "2015-11-20T12:00:00Z", "2015-11-20T13:00:00+01:00", "2015-11-20T13:00:00%2B01:00",
                            "2015-11-20T13%3A00%3A00%2b01%3A00", "Fri,+20+Nov+2015+12:00:00+GMT", "Fri%2C%2020%20Nov%202015%2012%3A00%3A00%20GMT"})
    EXPECT_EQ(question(std::string("start=") + start).range.from, at(1'448'020'800)) << start;
}

TEST(MicroAnalyticsQuestion, WhatIsNotGivenHasNoEffect) {
  const auto none = question("");
  for (const auto* query : {"start=&end=", "start=0001-01-01T00:00:00Z&end=0001-01-01T00:00:00Z", "other=1&&x", "unique=&interval=&limit="}) {
    const auto same = question(query);
    EXPECT_EQ(same.range.from, none.range.from) << query;
    EXPECT_EQ(same.range.until, none.range.until) << query;
    EXPECT_EQ(same.interval, seconds(86'400)) << query;
    EXPECT_FALSE(same.unique || same.limit) << query;
  }
}

TEST(MicroAnalyticsQuestion, OnlyTheTextTrueTurnsUniqueOnAndTheFirstOfTwoHolds) {
  EXPECT_TRUE(question("unique=true").unique);
  for (const auto* query : {"unique=True", "unique=1", "unique", "unique=true%20", "unique=false&unique=true"}) EXPECT_FALSE(question(query).unique) << query;
  EXPECT_EQ(question("interval=60&interval=x").interval, seconds(60));
  EXPECT_EQ(question("limit=7&limit=0").limit, 7);
}

TEST(MicroAnalyticsQuestion, WhatNobodyCanReadIsRefusedByName) {
  for (const auto* query : {"start=x", "end=2015-02-30T00:00:00Z", "start=2&end=1", "start=1e3"}) EXPECT_EQ(fault(query), "InvalidTimeFormat") << query;
  for (const auto* query : {"interval=0", "interval=-1", "interval=1.0", "interval=+", "interval=1x", "interval=9223372036854775808"})
    EXPECT_EQ(fault(query), "InvalidInterval") << query;
  for (const auto* query : {"limit=0", "limit=-1", "limit=all"}) EXPECT_EQ(fault(query), "InvalidLimit") << query;
  for (const auto* query : {"start=%", "x=%2", "%zz=1", "unique=%g0"}) EXPECT_EQ(fault(query), "InternalError") << query;
}

TEST(MicroAnalyticsAnswers, CountriesHaveTheirNamesOfToday) {
  EXPECT_EQ(country_name("fr"), "France");
  EXPECT_EQ(country_name("FR"), "France");
  EXPECT_EQ(country_name("sz"), "Eswatini");
  EXPECT_EQ(country_name("mk"), "The Republic of North Macedonia");
  for (const auto* unknown : {"", "a1", "zz", "fra"}) EXPECT_EQ(country_name(unknown), "") << unknown;
}

TEST(MicroAnalyticsAnswers, TextsAreEscapedAndListsAreSeparated) {
  std::string text;
  append_visit(text, {at(0), "a\"b\\c", "/\n\x01é", "", "", "", ""});
  EXPECT_EQ(text, R"({"time":"1970-01-01T00:00:00Z","event":"a\"b\\c","path":"/\u000a\u0001é","ip":"","platform":"","refererDomain":"","countryCode":""})");
  EXPECT_EQ(groups_answer({{"}", {2, 1}}, {"x", {1, 0}}}, false).body,
            "{\"list\":[{\"id\":\"}\",\"label\":\"}\",\"total\":2,\"unique\":1},{\"id\":\"x\",\"label\":\"x\",\"total\":1,\"unique\":0}]}\n");
  EXPECT_EQ(times_answer({}, seconds(60)).body, "{\"list\":[]}\n");
}

}  // namespace
}  // namespace pico::api::micro_analytics
