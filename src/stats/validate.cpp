#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "filter_tree.hpp"
#include "pico/stats/query.hpp"
#include "text_matcher.hpp"

namespace pico::stats {
namespace {

Error refuse(std::string sentence) {
  return {Errc::invalid, std::move(sentence)};
}

bool asks(const Query& query, Metric metric) {
  return std::find(query.metrics.begin(), query.metrics.end(), metric) != query.metrics.end();
}

bool groups_by(const Query& query, Dimension dimension) {
  return std::any_of(query.dimensions.begin(), query.dimensions.end(), [&](const auto& d) { return d.dimension == dimension; });
}

bool filters_by(const Query& query, Dimension dimension) {
  return any_test(query.filters, [&](const Test& test) { return test.dimension.dimension == dimension; });
}

/// The queried ones of these metrics, as the sentences name them.
std::string named(const Query& query, std::initializer_list<Metric> metrics) {
  std::string names;
  for (const auto metric : metrics) {
    if (asks(query, metric)) names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name_of(metric));
  }
  return names;
}

Result<void> check_property(const DimensionRef& dimension) {
  if (dimension.dimension == Dimension::property && dimension.property.empty()) return refuse("A property has no name.");
  if (dimension.property.size() > max_text) return refuse("The name of a property is too long.");
  if (dimension.property.find('\0') != std::string::npos) return refuse("The name of a property holds a NUL character.");
  return {};
}

Result<void> check_dimensions(const Query& query) {
  if (query.dimensions.size() > max_dimensions) {
    return refuse(fmt::format("At most {} dimensions can be queried at a time.", max_dimensions));
  }
  if (query.dimensions.size() == 2 && query.dimensions[0] == query.dimensions[1]) {
    return refuse("Dimensions cannot be queried multiple times.");
  }
  if (query.dimensions.size() == 2 && is_time(query.dimensions[0].dimension) && is_time(query.dimensions[1].dimension)) {
    return refuse("Only one time dimension can be queried at a time.");
  }
  for (const auto& dimension : query.dimensions) {
    if (dimension.dimension == Dimension::none) return refuse("A dimension is blank.");
    if (auto checked = check_property(dimension); !checked) return checked;
  }
  return {};
}

Result<void> check_metrics(const Query& query) {
  if (query.metrics.empty()) return refuse("No metrics are queried: name at least one.");
  if (std::set<Metric>(query.metrics.begin(), query.metrics.end()).size() != query.metrics.size()) {
    return refuse("Metrics cannot be queried multiple times.");
  }
  return {};
}

Result<void> check_test(const Test& test, bool nested) {
  const auto name = name_of(test.dimension);
  const auto dimension = test.dimension.dimension;
  if (is_time(dimension) || dimension == Dimension::none) {
    return refuse(fmt::format("Filters by `{}` are not possible: use `date_range`.", name));
  }
  if (auto checked = check_property(test.dimension); !checked) return checked;
  if (test.values.empty()) return refuse(fmt::format("A filter by `{}` has no value.", name));
  if (test.values.size() > max_test_values) {
    return refuse(fmt::format("A filter by `{}` has more than {} values.", name, max_test_values));
  }
  for (const auto& value : test.values) {
    if (value.find('\0') != std::string::npos) return refuse(fmt::format("A value of a filter by `{}` holds a NUL character.", name));
    if (value.size() > max_text) return refuse(fmt::format("A value of a filter by `{}` is longer than {} bytes.", name, max_text));
  }
  if (dimension == Dimension::goal) {
    if (nested) return refuse("Filters by `event:goal` are only possible at the top level.");
    if (test.op != Operator::is && test.op != Operator::contains) {
      return refuse("Filters by `event:goal` can only use the operators `is` and `contains`.");
    }
  }
  if (!test.case_sensitive && (test.op == Operator::matches || test.op == Operator::matches_not)) {
    return refuse("`case_sensitive` cannot be used with `matches`: write (?i) at the start of the expression.");
  }
  if (const auto matcher = TextMatcher::of(test); !matcher) return matcher.error();
  return {};
}

struct Budget {
  std::size_t tests = 0;
};

Result<void> check_filter(const Filter& filter, std::size_t depth, bool within_done, Budget& budget) {
  using Kind = Filter::Kind;
  if (depth > max_filter_depth) return refuse(fmt::format("Filters are nested more than {} deep.", max_filter_depth));
  if (filter.kind == Kind::test) {
    if (++budget.tests > max_filter_tests) return refuse(fmt::format("There are more than {} filters.", max_filter_tests));
    if (within_done && !is_of_event(filter.test.dimension.dimension)) {
      return refuse("`has_done` and `has_not_done` can only hold filters by `event:` dimensions.");
    }
    return check_test(filter.test, depth > 0);
  }
  if (filter.children.empty()) return refuse("A combination of filters is empty.");
  const bool one_child = filter.kind != Kind::all_of && filter.kind != Kind::any_of;
  if (one_child && filter.children.size() != 1) return refuse("`not`, `has_done` and `has_not_done` take exactly one filter.");
  const bool done = filter.kind == Kind::done || filter.kind == Kind::not_done;
  if (done && within_done) return refuse("`has_done` and `has_not_done` cannot be nested.");
  for (const auto& child : filter.children) {
    if (auto checked = check_filter(child, depth + 1, within_done || done, budget); !checked) return checked;
  }
  return {};
}

Result<void> check_filters(const Query& query) {
  Budget budget;
  for (const auto& filter : query.filters) {
    if (auto checked = check_filter(filter, 0, false, budget); !checked) return checked;
  }
  return {};
}

Result<void> check_visit_metrics(const Query& query) {
  const auto metrics = named(query, {Metric::bounce_rate, Metric::visit_duration});
  for (const auto& dimension : query.dimensions) {
    const auto d = dimension.dimension;
    if (metrics.empty() || !is_of_event(d) || d == Dimension::page || d == Dimension::hostname) continue;
    return refuse(fmt::format("Session metric(s) {} cannot be queried along with event dimension(s) `{}`.", metrics, name_of(dimension)));
  }
  if (!asks(query, Metric::views_per_visit)) return {};
  const bool by_event =
      std::any_of(query.dimensions.begin(), query.dimensions.end(), [](const auto& d) { return is_of_event(d.dimension); });
  if (by_event) return refuse("Metric `views_per_visit` cannot be queried with event `dimensions`.");
  if (looks_at_events(query.filters)) return refuse("Metric `views_per_visit` cannot be queried with filters by `event:` dimensions.");
  return {};
}

Result<void> check_page_metrics(const Query& query) {
  const auto metrics = named(query, {Metric::time_on_page, Metric::scroll_depth});
  if (metrics.empty()) return {};
  if (!groups_by(query, Dimension::page) && !filters_by(query, Dimension::page)) {
    return refuse(fmt::format("Metric(s) {} can only be queried with event:page filters or dimensions.", metrics));
  }
  const auto other = [](Dimension d) { return is_of_event(d) && d != Dimension::page && d != Dimension::hostname; };
  const bool grouped =
      std::any_of(query.dimensions.begin(), query.dimensions.end(), [&](const auto& d) { return other(d.dimension); });
  if (grouped || any_test(query.filters, [&](const Test& test) { return other(test.dimension.dimension); })) {
    return refuse(fmt::format(
        "Metric(s) {} cannot be queried along with other event dimensions or filters than event:page and event:hostname.", metrics));
  }
  return {};
}

Result<void> check_conversions(const Query& query) {
  const auto metrics = named(query, {Metric::conversion_rate, Metric::group_conversion_rate});
  if (metrics.empty() || groups_by(query, Dimension::goal) || filters_by(query, Dimension::goal)) return {};
  return refuse(fmt::format("Metric(s) {} can only be queried with event:goal filters or dimensions.", metrics));
}

Result<void> check_order(const Query& query) {
  for (const auto& order : query.order) {
    const auto* metric = std::get_if<Metric>(&order.by);
    const auto* dimension = std::get_if<DimensionRef>(&order.by);
    const bool queried = metric != nullptr ? asks(query, *metric)
                                           : std::find(query.dimensions.begin(), query.dimensions.end(), *dimension) !=
                                                 query.dimensions.end();
    if (queried) continue;
    const auto name = metric != nullptr ? std::string(name_of(*metric)) : name_of(*dimension);
    return refuse(fmt::format("Invalid order_by entry '{}'. Entry is not a queried metric or dimension.", name));
  }
  if (query.order.size() > query.metrics.size() + query.dimensions.size()) return refuse("`order_by` names something twice.");
  return {};
}

Result<void> check_range(const Query& query) {
  if (const auto* days = std::get_if<DayRange>(&query.range); days != nullptr && days->first > days->last) {
    return refuse("The date range ends before it begins.");
  }
  if (const auto* instants = std::get_if<InstantRange>(&query.range); instants != nullptr && instants->from >= instants->to) {
    return refuse("The date range ends before it begins.");
  }
  const auto* relative = std::get_if<RelativeRange>(&query.range);
  if (relative == nullptr) return {};
  const bool counted = relative->period == Period::days || relative->period == Period::months;
  if (counted && (relative->count < 1 || relative->count > 36'500)) return refuse("The date range has an impossible length.");
  return {};
}

Result<void> check_page(const Query& query) {
  if (query.limit >= 1 && query.limit <= max_limit) return {};
  return refuse(fmt::format("The limit must be between 1 and {}.", max_limit));
}

}  // namespace

Result<void> validate(const Query& query) {
  for (auto* check : {&check_metrics, &check_dimensions, &check_filters, &check_visit_metrics, &check_page_metrics,
                      &check_conversions, &check_order, &check_range, &check_page}) {
    if (auto checked = check(query); !checked) return checked;
  }
  return {};
}

}  // namespace pico::stats
