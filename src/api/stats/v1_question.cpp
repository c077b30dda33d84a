#include <charconv>

#include "dates.hpp"
#include "faults.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "v1.hpp"
#include "v1_filters.hpp"

namespace pico::api {
namespace {

using stats::Dimension;
using stats::Period;

constexpr int default_limit = 100, most_rows = 1'000, most_pages = 1'000'000;

Error refuse(std::string sentence) { return {Errc::invalid, std::move(sentence)}; }

std::string_view shortened(std::string_view text) { return text.substr(0, 200); }

Result<stats::RangeSpec> read_custom_range(std::string_view date) {
  const auto comma = date.find(',');
  if (comma == std::string_view::npos) return refuse("The `date` parameter of a custom period is two dates joined by a comma: 2026-01-01,2026-01-31.");
  const auto first = parse_day(trim(date.substr(0, comma))), last = parse_day(trim(date.substr(comma + 1)));
  if (!first || !last) return refuse("Error parsing `date` parameter: expected two dates in the format YYYY-MM-DD, joined by a comma.");
  return stats::RangeSpec(stats::DayRange{*first, *last});
}

Result<stats::RangeSpec> read_period(std::string_view query) {
  const auto date = parameter(query, "date");
  auto period = parameter(query, "period");
  if (period.empty()) period = "30d";
  if (period == "custom") return read_custom_range(date);
  stats::RelativeRange range;
  if (period == "day") range = {Period::day};
  else if (period == "7d") range = {Period::days, 7};
  else if (period == "30d") range = {Period::days, 31};  // thirty days before the date, and the date
  else if (period == "month") range = {Period::month};
  else if (period == "6mo") range = {Period::months, 6};
  else if (period == "12mo") range = {Period::months, 12};
  else return refuse(fmt::format("Error parsing `period` parameter: invalid period `{}`. It is day, 7d, 30d, month, 6mo, 12mo or custom.", shortened(period)));
  if (!date.empty()) {
    range.date = parse_day(date);
    if (!range.date) return refuse(fmt::format("Error parsing `date` parameter: `{}` is no date in the format YYYY-MM-DD.", shortened(date)));
  }
  return stats::RangeSpec(range);
}

Result<std::vector<stats::Metric>> read_metrics(std::string_view query) {
  auto text = parameter(query, "metrics");
  if (text.empty()) text = "visitors";
  std::vector<stats::Metric> metrics;
  for (std::string_view rest = text;;) {
    const auto comma = rest.find(',');
    const auto name = trim(rest.substr(0, comma));
    const auto metric = stats::metric_of(name);
    if (!metric) return refuse(fmt::format("The metric `{}` is not recognized.", shortened(name)));
    metrics.push_back(*metric);
    if (comma == std::string_view::npos) return metrics;
    rest.remove_prefix(comma + 1);
  }
}

Result<Dimension> read_interval(std::string_view query, const stats::RangeSpec& range) {
  const auto interval = parameter(query, "interval");
  if (interval == "hour") return Dimension::hour;
  if (interval == "day" || interval == "date") return Dimension::day;
  if (interval == "week") return Dimension::week;
  if (interval == "month") return Dimension::month;
  if (!interval.empty()) return refuse(fmt::format("Error parsing `interval` parameter: invalid interval `{}`. It is hour, day, week or month.", shortened(interval)));
  const auto* relative = std::get_if<stats::RelativeRange>(&range);
  if (relative != nullptr && relative->period == Period::day) return Dimension::hour;
  return relative != nullptr && relative->period == Period::months ? Dimension::month : Dimension::day;
}

Result<std::uint32_t> read_number(std::string_view query, std::string_view name, int otherwise, int most) {
  const auto text = parameter(query, name);
  if (text.empty()) return static_cast<std::uint32_t>(otherwise);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most)
    return refuse(fmt::format("The `{}` parameter is a number from 1 to {}.", name, most));
  return static_cast<std::uint32_t>(value);
}

Result<void> read_breakdown(std::string_view query, stats::Query& into) {
  const auto property = parameter(query, "property");
  if (property.empty()) return refuse("The `property` parameter is required. Please provide at least one property to show a breakdown by.");
  auto dimension = stats::dimension_of(property);
  if (!dimension || stats::is_time(dimension->dimension)) return refuse(fmt::format("Invalid property '{}'. Please provide a valid property for the breakdown endpoint.", shortened(property)));
  into.dimensions = {std::move(*dimension)};
  const auto limit = read_number(query, "limit", default_limit, most_rows);
  if (!limit) return limit.error();
  const auto page = read_number(query, "page", 1, most_pages);
  if (!page) return page.error();
  into.limit = *limit;
  into.offset = *limit * (*page - 1);
  return {};
}

Result<void> read_comparison(std::string_view query, stats::Query& into) {
  const auto compare = parameter(query, "compare");
  if (compare == "previous_period") into.comparison = stats::Comparison::previous_period;
  else if (!compare.empty()) return refuse("The `compare` parameter can only be previous_period.");
  return {};
}

}  // namespace

std::string parameter(std::string_view query, std::string_view name) {
  const auto value = query_value(query, name);
  return value ? percent_decode(*value, true) : std::string();
}

Result<stats::Query> read_v1_question(V1Call call, std::string_view query) {
  stats::Query question;
  const auto range = read_period(query);
  if (!range) return range.error();
  question.range = *range;
  auto metrics = read_metrics(query);
  if (!metrics) return metrics.error();
  question.metrics = std::move(*metrics);
  auto filters = read_v1_filters(parameter(query, "filters"));
  if (!filters) return filters.error();
  question.filters = std::move(*filters);
  if (call == V1Call::timeseries) {
    const auto interval = read_interval(query, *range);
    if (!interval) return interval.error();
    question.dimensions = {{*interval}};
  }
  Result<void> read;
  if (call == V1Call::aggregate) read = read_comparison(query, question);
  if (call == V1Call::breakdown) read = read_breakdown(query, question);
  if (!read) return read.error();
  return question;
}

}  // namespace pico::api
