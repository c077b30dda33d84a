#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "faults.hpp"
#include "pico/stats/answer.hpp"
#include "pico/stats/query.hpp"

namespace pico::api {

/// A question to POST /api/v2/query (docs/api.md), as it was read.
struct Question {
  stats::Query query;
  bool automatic_time = false;  ///< `time` is queried; Dimension::day stands in query for it until set_time()
  bool imports = false, time_labels = false, total_rows = false;
  Json filters = Json::array();  ///< as they were sent
};

inline constexpr std::size_t max_question_bytes = 64 * 1024;
inline constexpr int max_question_depth = 32;
inline constexpr std::string_view missing_site = "Missing site ID. Please provide the required site_id parameter with your request.";

/// Reads the form of a question. What it means is not checked: stats::validate() does. Errc::invalid with a JSON pointer and a sentence.
Result<Question> read_question(std::string_view body);

/// What `time` stands for, as far as the range tells by itself; nullopt when it has to be resolved first.
std::optional<stats::Dimension> time_of(const stats::RangeSpec& range);
stats::Dimension time_of(const stats::ResolvedRange& range);
/// Puts it in the place of `time`.
void set_time(Question& question, stats::Dimension dimension);

}  // namespace pico::api
