#include <cmath>
#include <map>

#include "answer_json.hpp"
#include "v1.hpp"

namespace pico::api {
namespace {

using stats::Metric;

/// What a bucket without any visit has (docs/stats.md).
Json blank_value(Metric metric) {
  switch (metric) {
    case Metric::visit_duration:
    case Metric::time_on_page:
    case Metric::scroll_depth: return nullptr;
    case Metric::views_per_visit:
    case Metric::percentage:
    case Metric::conversion_rate:
    case Metric::group_conversion_rate: return 0.0;
    default: return 0;
  }
}

bool is_percentage(Metric metric) {
  return metric == Metric::bounce_rate || metric == Metric::percentage || metric == Metric::conversion_rate || metric == Metric::group_conversion_rate;
}

std::optional<double> number_of(const stats::Value& value) {
  if (const auto* count = std::get_if<std::int64_t>(&value)) return static_cast<double>(*count);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

/// In whole percent of what it was; of percentages in points.
Json change_of(Metric metric, const stats::Value& now, const stats::Value& before) {
  const auto new_value = number_of(now), old_value = number_of(before);
  if (!new_value || !old_value) return nullptr;
  if (is_percentage(metric)) return std::llround(*new_value - *old_value);
  if (*old_value == 0) return *new_value == 0 ? 0 : 100;
  return std::llround((*new_value - *old_value) / *old_value * 100);
}

Json aggregate_json(const stats::Query& query, const stats::Answer& answer) {
  Json results;
  for (std::size_t i = 0; i < query.metrics.size(); ++i) {
    Json one{{"value", to_json(answer.rows.at(0).metrics[i])}};
    if (answer.comparison) one["change"] = change_of(query.metrics[i], answer.rows[0].metrics[i], answer.comparison->rows.at(0).metrics[i]);
    results[std::string(stats::name_of(query.metrics[i]))] = std::move(one);
  }
  return results;
}

Json row_json(const stats::Query& query, std::string_view key, std::string_view value, const stats::Row* row) {
  Json json{{key, value}};
  for (std::size_t i = 0; i < query.metrics.size(); ++i)
    json[std::string(stats::name_of(query.metrics[i]))] = row != nullptr ? to_json(row->metrics[i]) : blank_value(query.metrics[i]);
  return json;
}

Json timeseries_json(const stats::Query& query, const stats::Answer& answer) {
  std::map<std::string_view, const stats::Row*> rows;
  for (const auto& row : answer.rows) rows.emplace(row.dimensions.at(0), &row);
  auto results = Json::array();
  for (const auto& label : answer.time_labels) {
    const auto row = rows.find(label);
    results.push_back(row_json(query, "date", label, row == rows.end() ? nullptr : row->second));
  }
  return results;
}

Json breakdown_json(const stats::Query& query, const stats::Answer& answer) {
  const auto& dimension = query.dimensions.at(0);
  auto key = stats::name_of(dimension);
  key = dimension.dimension == stats::Dimension::property ? dimension.property : key.substr(key.find(':') + 1);
  auto results = Json::array();
  for (const auto& row : answer.rows) results.push_back(row_json(query, key, row.dimensions.at(0), &row));
  return results;
}

}  // namespace

std::string v1_answer_json(V1Call call, const stats::Query& query, const stats::Answer& answer) {
  Json results;
  if (call == V1Call::aggregate) results = aggregate_json(query, answer);
  if (call == V1Call::timeseries) results = timeseries_json(query, answer);
  if (call == V1Call::breakdown) results = breakdown_json(query, answer);
  return Json{{"results", std::move(results)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pico::api
