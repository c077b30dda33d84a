#pragma once
#include "pico/stats/answer.hpp"
#include "query_json.hpp"

namespace pico::api {

Json to_json(const stats::Value& value);

/// The body of an answer to POST /api/v2/query (docs/api.md).
std::string answer_json(const Question& question, const stats::Answer& answer);

}  // namespace pico::api
