// Questions to the Stats API: the body of POST /api/v2/query, or the query string of an older call.
#include "fuzz.hpp"
#include "stats/answer_json.hpp"
#include "stats/v1.hpp"

using namespace pico;

namespace {

/// An answer without rows, about a range that can be asked for again.
stats::Answer blank_answer() {
  stats::Answer answer;
  answer.range.from_text = "2026-11-22T00:00:00+01:00";
  answer.range.to_text = "2026-11-22T23:59:59+01:00";
  return answer;
}

/// The question as it was understood is a question, and is understood as the same.
void ask_again(api::Question question) {
  if (question.automatic_time) api::set_time(question, stats::Dimension::week);
  const auto echo = api::Json::parse(api::answer_json(question, blank_answer()))["query"];
  const auto again = api::read_question(echo.dump());
  fuzz::require(again.has_value(), "what was understood can be asked");
  fuzz::require(stats::validate(again->query).has_value(), "what was valid is valid again");
  fuzz::require(api::Json::parse(api::answer_json(*again, blank_answer()))["query"] == echo, "it is understood as the same");
}

void refuse_readably(const Error& error) {
  fuzz::require(error.code == Errc::invalid && !error.message.empty(), "a refusal has a sentence");
  fuzz::require(error.message.size() < 4096, "a refusal quotes a part only");
}

void read_body(std::string_view body) {
  const auto question = api::read_question(body);
  if (!question) return refuse_readably(question.error());
  (void)api::time_of(question->query.range);
  if (auto valid = stats::validate(question->query)) ask_again(*question);
  else refuse_readably(valid.error());
}

void read_parameters(api::V1Call call, std::string_view query) {
  auto question = api::read_v1_question(call, query);
  if (!question) return refuse_readably(question.error());
  auto answer = blank_answer();
  if (call == api::V1Call::aggregate) answer.rows.push_back({{}, std::vector<stats::Value>(question->metrics.size())});
  (void)stats::validate(*question);
  fuzz::require(api::Json::accept(api::v1_answer_json(call, *question, answer)), "an answer is JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  if (text.starts_with('?')) {
    for (const auto call : {api::V1Call::aggregate, api::V1Call::timeseries, api::V1Call::breakdown}) read_parameters(call, text.substr(1));
  } else {
    read_body(text);
  }
  return 0;
}
