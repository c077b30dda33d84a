#include "filter_tree.hpp"

#include <algorithm>

namespace pico::stats {
namespace {

bool is_done(const Filter& filter) {
  return filter.kind == Filter::Kind::done || filter.kind == Filter::Kind::not_done;
}

}  // namespace

bool any_test(std::span<const Filter> filters, const std::function<bool(const Test&)>& holds) {
  return std::any_of(filters.begin(), filters.end(), [&](const Filter& filter) {
    if (filter.kind == Filter::Kind::test) return holds(filter.test);
    return !is_done(filter) && any_test(filter.children, holds);
  });
}

bool looks_at_events(std::span<const Filter> filters) {
  return any_test(filters, [](const Test& test) { return is_of_event(test.dimension.dimension); });
}

std::vector<Filter> as_entry_conditions(std::span<const Filter> filters) {
  std::vector<Filter> mapped(filters.begin(), filters.end());
  for (auto& filter : mapped) {
    if (is_done(filter)) continue;
    filter.test.dimension.dimension = as_entry_dimension(filter.test.dimension.dimension);
    filter.children = as_entry_conditions(filter.children);
  }
  return mapped;
}

Dimension as_entry_dimension(Dimension dimension) {
  if (dimension == Dimension::page) return Dimension::entry_page;
  if (dimension == Dimension::hostname) return Dimension::entry_hostname;
  return dimension;
}

}  // namespace pico::stats
