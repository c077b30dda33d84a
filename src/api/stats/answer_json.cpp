#include "answer_json.hpp"

namespace pico::api {
namespace {

Json row_json(const stats::Row& row) {
  auto metrics = Json::array();
  for (const auto& value : row.metrics) metrics.push_back(to_json(value));
  Json json;
  json["dimensions"] = row.dimensions;
  json["metrics"] = std::move(metrics);
  return json;
}

Json rows_json(const stats::Answer& answer) {
  auto rows = Json::array();
  for (const auto& row : answer.rows) rows.push_back(row_json(row));
  return rows;
}

Json range_json(const stats::ResolvedRange& range) { return Json::array({range.from_text, range.to_text}); }

/// What was asked for beside the rows: of the answer, or of what it is compared with.
void add_extras(Json& json, const Question& question, const stats::Answer& answer) {
  if (question.query.totals && answer.totals) json["totals"] = row_json(*answer.totals)["metrics"];
}

Json meta_json(const Question& question, const stats::Answer& answer) {
  auto meta = Json::object();
  if (question.imports) {
    meta["imports_included"] = false;
    meta["imports_skip_reason"] = "no_imported_data";
  }
  if (question.time_labels) meta["time_labels"] = answer.time_labels;
  if (question.total_rows) meta["total_rows"] = answer.total_rows;
  return meta;
}

Json name_json(const stats::Order& order) {
  if (const auto* metric = std::get_if<stats::Metric>(&order.by)) return stats::name_of(*metric);
  return stats::name_of(std::get<stats::DimensionRef>(order.by));
}

/// The order that was meant: a time dimension rising, else the first metric falling, unless the question says another.
std::vector<stats::Order> order_of(const stats::Query& query) {
  if (!query.order.empty()) return query.order;
  for (const auto& dimension : query.dimensions)
    if (stats::is_time(dimension.dimension)) return {{dimension, false}};
  return {{query.metrics.front(), true}};
}

Json include_json(const Question& question) {
  Json include;
  include["imports"] = question.imports;
  include["time_labels"] = question.time_labels;
  include["total_rows"] = question.total_rows;
  include["totals"] = question.query.totals;
  if (question.query.comparison != stats::Comparison::none)
    include["comparison"] = question.query.comparison == stats::Comparison::previous_year ? "previous_year" : "previous_period";
  return include;
}

Json query_json(const Question& question, const stats::Answer& answer) {
  const auto& query = question.query;
  Json json;
  json["site_id"] = query.site;
  json["metrics"] = Json::array();
  for (const auto metric : query.metrics) json["metrics"].push_back(stats::name_of(metric));
  json["date_range"] = range_json(answer.range);
  json["filters"] = question.filters;
  json["dimensions"] = Json::array();
  for (const auto& dimension : query.dimensions) json["dimensions"].push_back(stats::name_of(dimension));
  json["order_by"] = Json::array();
  for (const auto& order : order_of(query)) json["order_by"].push_back({name_json(order), order.descending ? "desc" : "asc"});
  json["include"] = include_json(question);
  json["pagination"] = {{"limit", query.limit}, {"offset", query.offset}};
  return json;
}

Json comparison_json(const Question& question, const stats::Answer& compared) {
  Json json;
  json["date_range"] = range_json(compared.range);
  json["results"] = rows_json(compared);
  add_extras(json, question, compared);
  if (question.time_labels) json["time_labels"] = compared.time_labels;
  return json;
}

}  // namespace

Json to_json(const stats::Value& value) {
  if (const auto* count = std::get_if<std::int64_t>(&value)) return *count;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return nullptr;
}

std::string answer_json(const Question& question, const stats::Answer& answer) {
  Json json;
  json["results"] = rows_json(answer);
  add_extras(json, question, answer);
  if (answer.comparison) json["comparison"] = comparison_json(question, *answer.comparison);
  json["meta"] = meta_json(question, answer);
  json["query"] = query_json(question, answer);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pico::api
