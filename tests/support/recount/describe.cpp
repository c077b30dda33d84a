#include "support/recount/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace pico::test {
namespace {

using stats::Filter;
using stats::Value;

std::string describe(const stats::Test& test) {
  static constexpr std::array operators{"is", "is_not", "contains", "contains_not", "matches", "matches_not"};
  return fmt::format("{} {} {}{}", stats::name_of(test.dimension), operators.at(static_cast<std::size_t>(test.op)), test.values,
                     test.case_sensitive ? "" : " (any case)");
}

std::string describe(const Filter& filter) {
  static constexpr std::array kinds{"", "and", "or", "not", "has_done", "has_not_done"};
  if (filter.kind == Filter::Kind::test) return describe(filter.test);
  std::vector<std::string> children;
  for (const auto& child : filter.children) children.push_back(describe(child));
  return fmt::format("{}({})", kinds.at(static_cast<std::size_t>(filter.kind)), fmt::join(children, ", "));
}

std::string describe(const stats::RangeSpec& spec) {
  static constexpr std::array periods{"day", "hours24", "days", "month", "months", "year", "all"};
  if (const auto* days = std::get_if<stats::DayRange>(&spec)) return to_string(days->first) + ".." + to_string(days->last);
  if (const auto* instants = std::get_if<stats::InstantRange>(&spec)) return to_string(instants->from) + ".." + to_string(instants->to);
  const auto& relative = std::get<stats::RelativeRange>(spec);
  return fmt::format("{} {} {}", periods.at(static_cast<std::size_t>(relative.period)), relative.count,
                     relative.date ? to_string(*relative.date) : "");
}

std::string describe(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.4f}", *real);
  return "null";
}

std::string describe(const stats::Row& row) {
  std::vector<std::string> figures;
  for (const auto& value : row.metrics) figures.push_back(describe(value));
  return fmt::format("{} {}", row.dimensions, fmt::join(figures, " "));
}

bool same(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  const auto* x = std::get_if<double>(&a);
  return x != nullptr ? std::abs(*x - std::get<double>(b)) < 1e-6 : a == b;
}

bool same(const stats::Row& a, const stats::Row& b) {
  return a.dimensions == b.dimensions && a.metrics.size() == b.metrics.size() &&
         std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), [](const Value& x, const Value& y) { return same(x, y); });
}

std::string describe(const stats::ResolvedRange& range) {
  return fmt::format("{}..{} ({}..{}{}) {} {}..{}", to_string(range.from), to_string(range.to), to_string(range.first), to_string(range.last),
                     range.whole_days ? "" : ", not whole", range.time_zone, range.whole_days ? range.from_text : "",
                     range.whole_days ? range.to_text : "");
}

std::optional<std::string> difference(const std::vector<stats::Row>& rows, const std::vector<stats::Row>& expected) {
  for (std::size_t i = 0; i < std::max(rows.size(), expected.size()); ++i) {
    if (i >= rows.size()) return "no row " + describe(expected[i]);
    if (i >= expected.size()) return "a row too many: " + describe(rows[i]);
    if (!same(rows[i], expected[i])) return fmt::format("row {} is {}, but should be {}", i, describe(rows[i]), describe(expected[i]));
  }
  return std::nullopt;
}

std::optional<std::string> difference(const stats::Answer& answer, const stats::Answer& expected, bool compares_rows_of_other) {
  if (describe(answer.range) != describe(expected.range)) {
    return "the range is " + describe(answer.range) + ", but should be " + describe(expected.range);
  }
  if (auto rows = difference(answer.rows, expected.rows)) return rows;
  if (!compares_rows_of_other && answer.total_rows != expected.total_rows) {
    return fmt::format("{} rows in all instead of {}", answer.total_rows, expected.total_rows);
  }
  if (answer.totals.has_value() != expected.totals.has_value()) return "totals are there, or not";
  if (answer.totals && !same(*answer.totals, *expected.totals)) {
    return "totals are " + describe(*answer.totals) + ", but should be " + describe(*expected.totals);
  }
  if (answer.time_labels != expected.time_labels) return fmt::format("labels are {}, but should be {}", answer.time_labels, expected.time_labels);
  return std::nullopt;
}

}  // namespace

std::string describe(const stats::Query& query) {
  std::string text = query.site + " [" + describe(query.range) + "]";
  for (const auto metric : query.metrics) text += fmt::format(" {}", stats::name_of(metric));
  for (const auto& dimension : query.dimensions) text += " by " + stats::name_of(dimension);
  for (const auto& filter : query.filters) text += " where " + describe(filter);
  for (const auto& order : query.order) {
    const auto* metric = std::get_if<stats::Metric>(&order.by);
    text += " order " + (metric != nullptr ? std::string(stats::name_of(*metric)) : stats::name_of(std::get<stats::DimensionRef>(order.by)));
    text += order.descending ? " desc" : " asc";
  }
  if (query.limit != stats::max_limit || query.offset != 0) text += fmt::format(" limit {} offset {}", query.limit, query.offset);
  if (query.comparison == stats::Comparison::previous_period) text += " vs previous period";
  if (query.comparison == stats::Comparison::previous_year) text += " vs previous year";
  return text + (query.totals ? " with totals" : "");
}

std::optional<std::string> difference(const stats::Query& query, const Result<stats::Answer>& answer, const Result<stats::Answer>& expected) {
  if (!answer || !expected) {
    if (!answer && !expected && answer.error().code == expected.error().code) return std::nullopt;
    return (answer ? std::string("it is answered") : "it is refused (" + answer.error().message + ")") +
           (expected ? ", but should be answered" : ", but should be refused (" + expected.error().message + ")");
  }
  if (auto what = difference(*answer, *expected, false)) return what;
  if ((answer->comparison != nullptr) != (expected->comparison != nullptr)) return "the comparison is there, or not";
  if (answer->comparison == nullptr) return std::nullopt;
  const bool of_rows =
      std::none_of(query.dimensions.begin(), query.dimensions.end(), [](const auto& one) { return stats::is_time(one.dimension); });
  auto what = difference(*answer->comparison, *expected->comparison, of_rows);
  if (what) *what = "in the comparison: " + *what;
  return what;
}

}  // namespace pico::test
