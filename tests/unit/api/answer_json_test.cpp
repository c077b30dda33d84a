#include "stats/answer_json.hpp"

#include <gtest/gtest.h>

namespace pico::api {
namespace {

stats::Answer answer_of_two_rows() {
  stats::Answer answer;
  answer.range.from_text = "2026-11-16T00:00:00+01:00";
  answer.range.to_text = "2026-11-22T23:59:59+01:00";
  answer.rows = {{{"Google"}, {std::int64_t{3}, 1.5}}, {{"Direct / None"}, {std::int64_t{1}, std::monostate{}}}};
  answer.total_rows = 7;
  answer.time_labels = {"2026-11-16"};
  return answer;
}

Question question_of(const char* include) {
  return *read_question(std::string(R"({"site_id": "example.com", "metrics": ["visits", "views_per_visit"], "date_range": "7d", "dimensions": ["visit:source"],
    "filters": [["is_not", "visit:country", ["AT"]]], "pagination": {"limit": 2}, "include": )") + include + "}");
}

TEST(AnswerJson, HoldsRowsAndTheQuestionAsItWasUnderstood) {
  EXPECT_EQ(Json::parse(answer_json(question_of("{}"), answer_of_two_rows())), Json::parse(R"({
    "results": [{"dimensions": ["Google"], "metrics": [3, 1.5]}, {"dimensions": ["Direct / None"], "metrics": [1, null]}],
    "meta": {},
    "query": {"site_id": "example.com", "metrics": ["visits", "views_per_visit"],
              "date_range": ["2026-11-16T00:00:00+01:00", "2026-11-22T23:59:59+01:00"], "filters": [["is_not", "visit:country", ["AT"]]],
              "dimensions": ["visit:source"], "order_by": [["visits", "desc"]],
              "include": {"imports": false, "time_labels": false, "total_rows": false, "totals": false}, "pagination": {"limit": 2, "offset": 0}}})"));
}

TEST(AnswerJson, HoldsWhatElseWasAskedFor) {
  auto answer = answer_of_two_rows();
  answer.totals = stats::Row{{}, {std::int64_t{4}, 1.25}};
  auto before = std::make_shared<stats::Answer>();
  before->range.from_text = "2026-11-09T00:00:00+01:00";
  before->range.to_text = "2026-11-15T23:59:59+01:00";
  before->rows = {{{"Google"}, {std::int64_t{2}, 1.0}}, {{"Direct / None"}, {std::int64_t{0}, 0.0}}};
  before->totals = stats::Row{{}, {std::int64_t{2}, 1.0}};
  answer.comparison = before;
  const auto json = Json::parse(answer_json(question_of(R"({"imports": true, "total_rows": true, "totals": true, "comparison": "previous_period"})"), answer));
  EXPECT_EQ(json["totals"], Json::parse("[4, 1.25]"));
  EXPECT_EQ(json["meta"], Json::parse(R"({"imports_included": false, "imports_skip_reason": "no_imported_data", "total_rows": 7})"));
  EXPECT_EQ(json["comparison"], Json::parse(R"({"date_range": ["2026-11-09T00:00:00+01:00", "2026-11-15T23:59:59+01:00"],
    "results": [{"dimensions": ["Google"], "metrics": [2, 1.0]}, {"dimensions": ["Direct / None"], "metrics": [0, 0.0]}], "totals": [2, 1.0]})"));
  EXPECT_EQ(json["query"]["include"]["comparison"], "previous_period");
}

TEST(AnswerJson, NamesTheOrderThatATimeDimensionImplies) {
  const auto question = *read_question(R"({"site_id": "a.b", "metrics": ["visits"], "date_range": "7d", "dimensions": ["time:day"], "include": {"time_labels": true}})");
  stats::Answer answer;
  answer.time_labels = {"2026-11-16", "2026-11-17"};
  const auto json = Json::parse(answer_json(question, answer));
  EXPECT_EQ(json["query"]["order_by"], Json::parse(R"([["time:day", "asc"]])"));
  EXPECT_EQ(json["meta"]["time_labels"], Json::parse(R"(["2026-11-16", "2026-11-17"])"));
  EXPECT_EQ(json["results"], Json::array());
}

TEST(AnswerJson, IsJsonEvenWhereAValueIsNotUtf8) {
  auto answer = answer_of_two_rows();
  answer.rows[0].dimensions[0] = "\xff";
  EXPECT_FALSE(Json::parse(answer_json(question_of("{}"), answer), nullptr, false).is_discarded());
}

}  // namespace
}  // namespace pico::api
