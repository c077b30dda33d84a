#include "support/recount/rules.hpp"

#include <re2/re2.h>

#include "pico/stats/metric.hpp"

namespace pico::test {
namespace {

using D = stats::Dimension;
using M = stats::Metric;
using Kind = stats::Filter::Kind;
using Op = stats::Operator;

/// All tests outside has_done.
void collect(const std::vector<stats::Filter>& filters, std::vector<const stats::Test*>& tests) {
  for (const auto& filter : filters) {
    if (filter.kind == Kind::test) tests.push_back(&filter.test);
    if (filter.kind != Kind::done && filter.kind != Kind::not_done) collect(filter.children, tests);
  }
}

/// The `event:` dimensions that the question groups by or tests.
std::vector<D> event_dimensions(const stats::Query& query, bool grouped, bool tested) {
  std::vector<D> found;
  std::vector<const stats::Test*> tests;
  collect(query.filters, tests);
  if (grouped) {
    for (const auto& ref : query.dimensions) found.push_back(ref.dimension);
  }
  if (tested) {
    for (const auto* test : tests) found.push_back(test->dimension.dimension);
  }
  std::erase_if(found, [](D dimension) { return !stats::is_of_event(dimension); });
  return found;
}

bool only_page_and_hostname(const std::vector<D>& dimensions) {
  return std::all_of(dimensions.begin(), dimensions.end(), [](D one) { return one == D::page || one == D::hostname; });
}

bool includes(const std::vector<D>& dimensions, D dimension) {
  return std::find(dimensions.begin(), dimensions.end(), dimension) != dimensions.end();
}

bool takes(D dimension, const std::string& property) {
  return dimension != D::none && (dimension != D::property || (!property.empty() && property.size() <= stats::max_text));
}

std::optional<std::string> wrong_test(const stats::Test& test, bool top_level) {
  const auto dimension = test.dimension.dimension;
  if (!takes(dimension, test.dimension.property)) return "no such dimension";
  if (stats::is_time(dimension)) return "time is the range's";
  if (test.values.size() > stats::max_test_values) return "too many values";
  if (dimension == D::goal) {
    if (!top_level) return "goals only at the top level";
    if (test.op != Op::is && test.op != Op::contains) return "goals are asked for with is and contains";
  }
  const bool matches = test.op == Op::matches || test.op == Op::matches_not;
  if (matches && !test.case_sensitive) return "regular expressions say it themselves: (?i)";
  for (const auto& value : test.values) {
    if (value.size() > stats::max_text) return "too long a value";
    if (matches && !RE2(value, RE2::Quiet).ok()) return "not a regular expression";
  }
  return std::nullopt;
}

struct Place {
  std::size_t depth = 0;  ///< how many and, or, not, has_done it is within
  bool done = false;      ///< within has_done
};

std::optional<std::string> wrong(const stats::Filter& filter, Place place, std::size_t& tests) {
  if (filter.kind == Kind::test) {
    if (++tests > stats::max_filter_tests) return "too many tests";
    if (place.done && !stats::is_of_event(filter.test.dimension.dimension)) return "has_done is about events";
    return wrong_test(filter.test, place.depth == 0);
  }
  if (place.depth >= stats::max_filter_depth) return "too deep";
  const bool done = filter.kind == Kind::done || filter.kind == Kind::not_done;
  if (done && place.done) return "has_done is about tests of events";
  if ((done || filter.kind == Kind::none_of) && filter.children.size() != 1) return "of one child";
  for (const auto& child : filter.children) {
    if (auto what = wrong(child, {place.depth + 1, place.done || done}, tests)) return what;
  }
  return std::nullopt;
}

}  // namespace

bool is_possible(M metric, const stats::Query& query) {
  const auto all = event_dimensions(query, true, true);
  switch (metric) {
    case M::views_per_visit: return all.empty();
    case M::bounce_rate:
    case M::visit_duration: return only_page_and_hostname(event_dimensions(query, true, false));
    case M::time_on_page:
    case M::scroll_depth: return includes(all, D::page) && only_page_and_hostname(all);
    case M::conversion_rate:
    case M::group_conversion_rate: return includes(all, D::goal);
    default: return true;
  }
}

std::optional<std::string> refusal(const stats::Query& query) {
  if (query.dimensions.size() > stats::max_dimensions) return "too many dimensions";
  if (std::count_if(query.dimensions.begin(), query.dimensions.end(), [](const auto& one) { return stats::is_time(one.dimension); }) > 1) {
    return "more than one dimension of time";
  }
  for (const auto& one : query.dimensions) {
    if (!takes(one.dimension, one.property)) return "no such dimension";
  }
  if (query.limit > stats::max_limit) return "too many rows";
  for (auto order = query.order.begin(); order != query.order.end(); ++order) {
    if (std::any_of(query.order.begin(), order, [&](const auto& before) { return before.by == order->by; })) return "ordered by it twice";
  }
  std::size_t tests = 0;
  for (const auto& filter : query.filters) {
    if (auto what = wrong(filter, {}, tests)) return what;
  }
  for (const auto metric : query.metrics) {
    if (!is_possible(metric, query)) return std::string(stats::name_of(metric)) + " cannot be asked so";
  }
  return std::nullopt;
}

}  // namespace pico::test
