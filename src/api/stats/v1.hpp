#pragma once
#include <string>
#include <string_view>

#include "pico/stats/answer.hpp"
#include "pico/stats/query.hpp"

/// The three older calls, translated into a stats::Query and back: docs/api.md says how.
namespace pico::api {

enum class V1Call { aggregate, timeseries, breakdown };

/// The question of a query string, without its site_id. Errc::invalid with a sentence.
Result<stats::Query> read_v1_question(V1Call call, std::string_view query);

/// A parameter of the query string, decoded; empty when it is absent.
std::string parameter(std::string_view query, std::string_view name);

std::string v1_answer_json(V1Call call, const stats::Query& query, const stats::Answer& answer);

}  // namespace pico::api
