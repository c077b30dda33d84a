#include "goals.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "raw/words.hpp"
#include "text_matcher.hpp"

namespace pico::stats {
namespace {

Filter event_named(std::string name) {
  return Filter::of({{Dimension::event_name}, Operator::is, {std::move(name)}});
}

Filter condition_of(const std::optional<std::string>& event_name, std::string_view page_path) {
  if (event_name) return event_named(*event_name);
  Filter both{Filter::Kind::all_of, {}, {}};
  both.children.push_back(event_named(std::string(raw::pageview_name)));
  both.children.push_back(Filter::of({{Dimension::page}, Operator::matches, {expression_of_pattern(page_path)}}));
  return both;
}

Result<Filter> replaced(const Test& test, const std::vector<Goal>& goals) {
  const auto matcher = TextMatcher::of(test);
  if (!matcher) return matcher.error();
  Filter any{Filter::Kind::any_of, {}, {}};
  for (const auto& goal : goals) {
    if (matcher->fits(goal.name)) any.children.push_back(goal.condition);
  }
  if (test.op == Operator::is) {
    for (const auto& value : test.values) {
      auto alone = test;
      alone.values = {value};
      const auto one = TextMatcher::of(alone);
      if (!one) return one.error();
      if (std::none_of(goals.begin(), goals.end(), [&](const Goal& goal) { return one->fits(goal.name); })) {
        return Error{Errc::invalid,
                     fmt::format("The goal `{}` is not configured for this site. Find out how to configure goals with `picolytics goal add --help`.", value)};
      }
    }
  }
  // Of no goal: no event fulfils it.
  if (any.children.empty()) return Filter{Filter::Kind::none_of, {}, {Filter::of({{Dimension::page}, Operator::matches, {""}})}};
  return any;
}

}  // namespace

std::vector<Goal> goals_of(storage::Connection& connection, storage::SiteId site) {
  const auto rows = connection.execute(
      "select display_name, event_name, coalesce(page_path, '') from pico.goals where site_id = $1 order by display_name", site);
  std::vector<Goal> goals;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    goals.push_back({rows.get<std::string>(i, 0), condition_of(rows.get<std::optional<std::string>>(i, 1), rows.text(i, 2))});
  }
  return goals;
}

Result<std::vector<Filter>> with_goals_replaced(std::vector<Filter> filters, const std::vector<Goal>& goals) {
  for (auto& filter : filters) {  // goals are only possible at the top level
    if (filter.kind != Filter::Kind::test || filter.test.dimension.dimension != Dimension::goal) continue;
    auto condition = replaced(filter.test, goals);
    if (!condition) return condition.error();
    filter = std::move(*condition);
  }
  return filters;
}

}  // namespace pico::stats
