#include "stats/query_json.hpp"

#include <gmock/gmock.h>

namespace pico::api {
namespace {

using namespace std::chrono_literals;
using stats::Dimension;
using stats::Filter;
using stats::Metric;
using stats::Operator;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

/// A question that can be asked, with some of its properties replaced or added.
std::string body(const std::string& changes = "{}") {
  auto json = Json::parse(R"({"site_id": "example.com", "metrics": ["visitors"], "date_range": "7d"})");
  json.update(Json::parse(changes));
  return json.dump();
}

stats::Query query_of(const std::string& changes) {
  auto question = read_question(body(changes));
  if (!question) throw std::runtime_error(question.error().message);
  return question->query;
}

std::string fault_of(const std::string& changes) {
  const auto question = read_question(body(changes));
  return question ? "" : question.error().message;
}

TEST(ReadQuestion, TakesTheSmallestOne) {
  const auto question = read_question(body());
  ASSERT_TRUE(question);
  EXPECT_EQ(question->query.site, "example.com");
  EXPECT_THAT(question->query.metrics, ElementsAre(Metric::visitors));
  EXPECT_EQ(question->query.limit, 10'000u);
  EXPECT_FALSE(question->automatic_time);
  const auto range = std::get<stats::RelativeRange>(question->query.range);
  EXPECT_EQ(range.period, stats::Period::days);
  EXPECT_EQ(range.count, 7);
}

TEST(ReadQuestion, ReadsEveryPart) {
  const auto question = read_question(body(R"({
    "site_id": "www.Example.com", "metrics": ["visits", "bounce_rate"], "dimensions": ["visit:source", "time:week"],
    "order_by": [["time", "desc"], ["visits", "asc"]], "pagination": {"limit": 5, "offset": 10},
    "include": {"imports": true, "time_labels": true, "total_rows": true, "totals": true, "comparison": "previous_year"}})"));
  ASSERT_TRUE(question) << question.error().message;
  const auto& query = question->query;
  EXPECT_EQ(query.site, "example.com");
  EXPECT_THAT(query.dimensions, ElementsAre(stats::DimensionRef{Dimension::source}, stats::DimensionRef{Dimension::week}));
  ASSERT_THAT(query.order, SizeIs(2));
  EXPECT_EQ(std::get<stats::DimensionRef>(query.order[0].by).dimension, Dimension::week);
  EXPECT_TRUE(query.order[0].descending);
  EXPECT_EQ(std::get<Metric>(query.order[1].by), Metric::visits);
  EXPECT_FALSE(query.order[1].descending);
  EXPECT_EQ(query.limit, 5u);
  EXPECT_EQ(query.offset, 10u);
  EXPECT_EQ(query.comparison, stats::Comparison::previous_year);
  EXPECT_TRUE(query.totals && question->imports && question->time_labels && question->total_rows);
}

TEST(ReadQuestion, PointsAtWhatItCannotRead) {
  const std::vector<std::pair<std::string, std::string>> faults{
      {R"({"metrics": ["visitors", "baa"]})", R"(#/metrics/1: Invalid metric "baa")"},
      {R"({"metrics": ["visitors", 7]})", R"(#/metrics/1: Invalid metric 7)"},
      {R"({"metrics": []})", "#/metrics: Expected a minimum of 1 items but got 0."},
      {R"({"metrics": "visitors"})", "#/metrics: Type mismatch. Expected Array but got String."},
      {R"({"metrics": ["visitors", "visitors"]})", "#/metrics: Expected items to be unique but they were not."},
      {R"({"dimensions": ["x"]})", R"(#/dimensions/0: Invalid dimension "x")"},
      {R"({"dimensions": [null]})", R"(#/dimensions/0: Invalid dimension null)"},
      {R"({"dimensions": ["visit:source", "visit:source"]})", "#/dimensions: Expected items to be unique but they were not."},
      {R"({"dimensions": 1})", "#/dimensions: Type mismatch. Expected Array but got Integer."},
      {R"({"site_id": 7})", "#/site_id: Type mismatch. Expected String but got Integer."},
      {R"({"site_id": "a\u0000b"})", R"(#/site_id: Invalid site "a\u0000b")"},
      {R"({"filters": {}})", "#/filters: Type mismatch. Expected Array but got Object."},
      {R"({"order_by": [["visitors"]]})", R"(#/order_by/0: Invalid order_by entry ["visitors"])"},
      {R"({"order_by": [["visitors", "up"]]})", R"(#/order_by/0: Invalid order_by entry ["visitors","up"])"},
      {R"({"order_by": [["baa", "asc"]]})", R"(#/order_by/0: Invalid order_by entry ["baa","asc"])"},
      {R"({"order_by": [["time", "asc"]]})", "Invalid order_by entry 'time'. Entry is not a queried metric or dimension."},
      {R"({"include": {"time_labels": true}})", "Invalid include.time_labels: requires a time dimension."},
      {R"({"include": {"imports": 1}})", "#/include/imports: Type mismatch. Expected Boolean but got Integer."},
      {R"({"include": {"more": true}})", "#/include/more: There is no such property."},
      {R"({"include": {"comparison": "custom"}})", R"(#/include/comparison: Invalid comparison "custom": it is "previous_period" or "previous_year")"},
      {R"({"pagination": {"limit": 0}})", "#/pagination/limit: Expected a number from 1 to 10000."},
      {R"({"pagination": {"limit": 10001}})", "#/pagination/limit: Expected a number from 1 to 10000."},
      {R"({"pagination": {"limit": 1.5}})", "#/pagination/limit: Type mismatch. Expected Integer but got Number."},
      {R"({"pagination": {"offset": -1}})", "#/pagination/offset: Expected a number from 0 to 2147483647."},
      {R"({"pagination": {"page": 1}})", "#/pagination/page: There is no such property."},
      {R"({"property": "x"})", "#/property: There is no such property."},
  };
  for (const auto& [changes, sentence] : faults) EXPECT_EQ(fault_of(changes), sentence) << changes;
}

TEST(ReadQuestion, NamesWhatIsMissing) {
  EXPECT_EQ(read_question("{}").error().message, missing_site);
  EXPECT_EQ(read_question(R"({"site_id": ""})").error().message, missing_site);
  EXPECT_EQ(read_question(R"({"site_id": "a.b", "date_range": "day"})").error().message, "#: Required property metrics was not present.");
  EXPECT_EQ(read_question(R"({"site_id": "a.b", "metrics": ["visits"]})").error().message, "#: Required property date_range was not present.");
}

TEST(ReadQuestion, RefusesWhatIsNoJsonObject) {
  for (const auto* text : {"", "{", "site_id=x", "{\"site_id\": \"\xff\"}", "{} {}"}) EXPECT_EQ(read_question(text).error().message, "#: The request's body is not JSON.") << text;
  EXPECT_EQ(read_question("[]").error().message, "#: Type mismatch. Expected Object but got Array.");
}

TEST(ReadQuestion, RefusesWhatIsNestedDeepOrLongBeforeItCosts) {
  EXPECT_EQ(read_question(std::string(60'000, '[')).error().message, "#: The JSON is nested more than 32 deep.");
  EXPECT_EQ(read_question(std::string(33, '{')).error().message, "#: The JSON is nested more than 32 deep.");
  EXPECT_EQ(fault_of(R"({"filters": [["is", "visit:source", ["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"["]]]})"), "") << "brackets in texts do not count";
  std::string list = "[";
  for (int i = 0; i < 5000; ++i) list += fmt::format("\"event:props:{}\",", i);
  list.back() = ']';
  EXPECT_EQ(fault_of("{\"dimensions\": " + list + "}"), "#/dimensions: Expected a maximum of 100 items but got 5000.");
}

TEST(ReadQuestion, SaysOfWhatOthersKnowWhyItIsNotThere) {
  EXPECT_EQ(fault_of(R"({"metrics": ["total_revenue"]})"), R"(#/metrics/0: Metric "total_revenue" is not supported: revenue is not counted)");
  EXPECT_THAT(fault_of(R"({"metrics": ["exit_rate"]})"), StartsWith(R"(#/metrics/0: Metric "exit_rate" is not supported)"));
  EXPECT_EQ(fault_of(R"({"dimensions": ["visit:country_name"]})"),
            R"(#/dimensions/0: Dimension "visit:country_name" is not supported: `visit:country` is the 2-letter code)");
  EXPECT_EQ(fault_of(R"({"filters": [["is", "visit:city_name", ["Graz"]]]})"),
            R"(#/filters/0/1: Dimension "visit:city_name" is not supported: `visit:city` is the English name)");
  EXPECT_EQ(fault_of(R"({"filters": [["is", "segment", [1]]]})"), "#/filters/0: Segments are not supported: write their filters out.");
}

TEST(ReadQuestion, ReadsFiltersAndTheirCombinations) {
  const auto query = query_of(R"({"filters": [
    ["is_not", "visit:source", ["Google", "Direct / None", 7], {"case_sensitive": false}],
    ["or", [["matches", "event:page", ["^/a"]], ["not", ["has_done", ["is", "event:goal", ["signup"]]]]]]]})");
  ASSERT_THAT(query.filters, SizeIs(2));
  const auto& test = query.filters[0].test;
  EXPECT_EQ(test.dimension.dimension, Dimension::source);
  EXPECT_EQ(test.op, Operator::is_not);
  EXPECT_THAT(test.values, ElementsAre("Google", "Direct / None", "7"));
  EXPECT_FALSE(test.case_sensitive);
  const auto& either = query.filters[1];
  EXPECT_EQ(either.kind, Filter::Kind::any_of);
  ASSERT_THAT(either.children, SizeIs(2));
  EXPECT_TRUE(either.children[0].test.case_sensitive);
  EXPECT_EQ(either.children[1].kind, Filter::Kind::none_of);
  EXPECT_EQ(either.children[1].children.at(0).kind, Filter::Kind::done);
  EXPECT_EQ(either.children[1].children[0].children.at(0).test.dimension.dimension, Dimension::goal);
}

TEST(ReadQuestion, PointsAtFiltersThatAreNone) {
  const std::vector<std::pair<std::string, std::string>> faults{
      {R"(["is"])", R"(#/filters/0: Invalid filter ["is"])"},
      {R"("is")", R"(#/filters/0: Invalid filter "is")"},
      {R"(["equals", "visit:source", ["x"]])", R"(#/filters/0: Invalid filter ["equals","visit:source",["x"]])"},
      {R"(["is", "visit:source", []])", R"(#/filters/0: Invalid filter ["is","visit:source",[]])"},
      {R"(["is", "visit:source", "x"])", R"(#/filters/0: Invalid filter ["is","visit:source","x"])"},
      {R"(["is", "visit:baa", ["x"]])", R"(#/filters/0/1: Invalid dimension "visit:baa")"},
      {R"(["is", "visit:source", ["x", null]])", R"(#/filters/0/2/1: Invalid value null: strings and integers can be compared with)"},
      {R"(["is", "visit:source", ["x"], {"case": false}])", R"(#/filters/0: Invalid filter ["is","visit:source",["x"],{"case":false}])"},
      {R"(["and", []])", R"(#/filters/0: Invalid filter ["and",[]])"},
      {R"(["and", ["is", "visit:source", ["x"]]])", R"(#/filters/0/1/0: Invalid filter "is")"},
      {R"(["not", ["or", [["is", "visit:source", ["x"]], ["is", "visit:baa", ["x"]]]]])", R"(#/filters/0/1/1/1/1: Invalid dimension "visit:baa")"},
      {R"(["is", "visit:country", ["Austria"]])", "Invalid visit:country filter, visit:country needs to be a valid 2-letter country code."},
  };
  for (const auto& [filter, sentence] : faults) EXPECT_EQ(fault_of("{\"filters\": [" + filter + "]}"), sentence) << filter;
  EXPECT_EQ(fault_of(R"j({"filters": [["is", "visit:country", ["AT", "(not set)"]], ["contains", "visit:country", ["A"]]]})j"), "");
}

TEST(ReadQuestion, QuotesNoMoreThanALine) {
  const auto sentence = fault_of("{\"filters\": [\"" + std::string(10'000, 'x') + "\"]}");
  EXPECT_THAT(sentence, HasSubstr("..."));
  EXPECT_LT(sentence.size(), 300u);
  const auto long_name = "\"event:props:" + std::string(5'000, 'x') + "\"";
  EXPECT_LT(fault_of("{\"dimensions\": [" + long_name + "]}").size(), 300u);
  EXPECT_LT(fault_of("{\"order_by\": [[" + long_name + ", \"asc\"]]}").size(), 300u);
}

TEST(ReadQuestion, ReadsNamedRanges) {
  using stats::Period;
  const std::vector<std::tuple<std::string, Period, int>> ranges{{"day", Period::day, 0},    {"24h", Period::hours24, 0}, {"28d", Period::days, 28},
                                                                 {"91d", Period::days, 91},  {"month", Period::month, 0}, {"6mo", Period::months, 6},
                                                                 {"12mo", Period::months, 12}, {"year", Period::year, 0},   {"all", Period::all, 0}};
  for (const auto& [name, period, count] : ranges) {
    const auto range = std::get<stats::RelativeRange>(query_of("{\"date_range\": \"" + name + "\"}").range);
    EXPECT_EQ(range.period, period) << name;
    EXPECT_EQ(range.count, count) << name;
    EXPECT_FALSE(range.date) << name;
  }
}

TEST(ReadQuestion, ReadsDaysAndMoments) {
  const auto days = std::get<stats::DayRange>(query_of(R"({"date_range": ["2026-11-01", "2026-11-22"]})").range);
  EXPECT_EQ(days.first, Day(2026y / 11 / 1));
  EXPECT_EQ(days.last, Day(2026y / 11 / 22));
  const auto moments = std::get<stats::InstantRange>(query_of(R"({"date_range": ["2026-11-22T00:00:00+01:00", "2026-11-22T11:59:59+01:00"]})").range);
  EXPECT_EQ(moments.from, Instant(Day(2026y / 11 / 21) + 23h));
  EXPECT_EQ(moments.to, Instant(Day(2026y / 11 / 22) + 11h)) << "the second moment is the last second within";
}

TEST(ReadQuestion, RefusesOtherRanges) {
  for (const auto* range : {R"("")", R"("x")", R"("0d")", R"("-7d")", R"("7 d")", R"("99999d")", R"("7D")", "7", "null", R"(["2026-11-01"])", R"(["2026-11-01", "x"])",
                            R"(["2026-11-01", "2026-11-31"])", R"(["2026-11-01", "2026-11-02T00:00:00Z"])", R"(["2026-11-01", "2026-11-02", "2026-11-03"])"})
    EXPECT_THAT(fault_of(std::string("{\"date_range\": ") + range + "}"), StartsWith("#/date_range: Invalid date range ")) << range;
}

std::optional<Dimension> time_in(const std::string& range) { return time_of(query_of("{\"date_range\": " + range + "}").range); }

TEST(Time, FollowsTheRangesLength) {
  EXPECT_EQ(time_in(R"("day")"), Dimension::hour);
  EXPECT_EQ(time_in(R"("24h")"), Dimension::hour);
  EXPECT_EQ(time_in(R"("1d")"), Dimension::hour);
  EXPECT_EQ(time_in(R"(["2026-11-22", "2026-11-22"])"), Dimension::hour);
  EXPECT_EQ(time_in(R"(["2026-11-22T00:00:00Z", "2026-11-22T23:59:59Z"])"), Dimension::hour);
  EXPECT_EQ(time_in(R"(["2026-11-21", "2026-11-22"])"), Dimension::day);
  EXPECT_EQ(time_in(R"("month")"), Dimension::day);
  EXPECT_EQ(time_in(R"("2mo")"), Dimension::day);
  EXPECT_EQ(time_in(R"("90d")"), Dimension::day);
  EXPECT_EQ(time_in(R"("91d")"), Dimension::month);
  EXPECT_EQ(time_in(R"(["2026-01-01", "2026-03-31"])"), Dimension::day) << "90 days";
  EXPECT_EQ(time_in(R"(["2026-01-01", "2026-04-01"])"), Dimension::month);
  EXPECT_EQ(time_in(R"("year")"), Dimension::month);
  EXPECT_EQ(time_in(R"("12mo")"), Dimension::month);
}

TEST(Time, OfRangesWhoseLengthDependsOnTheSiteHasToBeResolved) {
  EXPECT_EQ(time_in(R"("3mo")"), std::nullopt);
  EXPECT_EQ(time_in(R"("all")"), std::nullopt);
  stats::ResolvedRange resolved;
  resolved.first = 2026y / 1 / 1;
  resolved.last = 2026y / 3 / 31;
  EXPECT_EQ(time_of(resolved), Dimension::day);
  resolved.last = 2026y / 4 / 1;
  EXPECT_EQ(time_of(resolved), Dimension::month);
}

TEST(Time, IsReplacedInDimensionsAndOrder) {
  auto question = *read_question(body(R"({"dimensions": ["visit:source", "time"], "order_by": [["time", "asc"], ["visitors", "desc"]]})"));
  EXPECT_TRUE(question.automatic_time);
  set_time(question, Dimension::month);
  EXPECT_EQ(question.query.dimensions[1].dimension, Dimension::month);
  EXPECT_EQ(std::get<stats::DimensionRef>(question.query.order[0].by).dimension, Dimension::month);
  EXPECT_TRUE(stats::validate(question.query));
}

}  // namespace
}  // namespace pico::api
