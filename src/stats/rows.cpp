#include "rows.hpp"

#include <algorithm>
#include <compare>

namespace pico::stats {
namespace {

/// a ÷ b, rounded half up. b > 0.
std::int64_t divided(std::int64_t a, std::int64_t b) {
  return (2 * a + b) / (2 * b);
}

double two_decimals(std::int64_t a, std::int64_t b) {
  return b == 0 ? 0.0 : static_cast<double>(divided(100 * a, b)) / 100;
}

double percent(std::int64_t part, std::int64_t whole) {
  return two_decimals(100 * part, whole);
}

/// The key with the places of those dimensions blank for which `drop` holds.
template <class Drop>
GroupKey without(const Query& query, GroupKey key, Drop drop) {
  for (std::size_t i = 0; i < query.dimensions.size(); ++i) {
    if (drop(query.dimensions[i].dimension)) key[i].clear();
  }
  return key;
}

std::int64_t visitors_of(const Groups& groups, const GroupKey& key) {
  const auto found = groups.find(key);
  return found == groups.end() ? 0 : found->second.visitors;
}

Value mean_seconds(std::int64_t milliseconds, std::int64_t count) {
  if (count == 0) return std::monostate();
  return divided(milliseconds, 1000 * count);
}

Value value_of(const Query& query, Metric metric, const GroupKey& key, const Figures& f, const Denominators& denominators) {
  switch (metric) {
    case Metric::visitors: return f.visitors;
    case Metric::visits: return f.visits;
    case Metric::pageviews: return f.pageviews;
    case Metric::events: return f.events;
    case Metric::views_per_visit: return two_decimals(f.pageviews, f.visits);
    case Metric::bounce_rate: return f.entries == 0 ? 0 : divided(100 * f.bounces, f.entries);
    case Metric::visit_duration: return mean_seconds(f.duration_ms, f.entries);
    case Metric::time_on_page: return mean_seconds(f.engaged_ms, f.engaged_pairs);
    case Metric::scroll_depth:
      if (f.scroll_pairs == 0) return std::monostate();
      return divided(f.scroll_sum, f.scroll_pairs);
    case Metric::percentage: return percent(f.visitors, denominators.visitors);
    case Metric::conversion_rate:
      return percent(f.visitors, visitors_of(denominators.conversion, without(query, key, [](Dimension d) { return !is_time(d); })));
    case Metric::group_conversion_rate:
      return percent(f.visitors, visitors_of(denominators.group_conversion,
                                             without(query, key, [](Dimension d) { return d == Dimension::goal; })));
  }
  return std::monostate();
}

/// -1, 0, 1; nothing is less than anything.
int compare(const Value& a, const Value& b) {
  const auto number = [](const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    return std::get<double>(value);
  };
  const bool a_empty = a.index() == 0, b_empty = b.index() == 0;
  if (a_empty || b_empty) return static_cast<int>(b_empty) - static_cast<int>(a_empty);
  const auto x = number(a), y = number(b);
  return x < y ? -1 : static_cast<int>(x > y);
}

/// Compares rows by places in them, as the question orders.
class RowOrder {
 public:
  explicit RowOrder(const Query& query) {
    auto order = query.order;
    if (order.empty()) order = default_order(query);
    for (const auto& one : order) {
      if (const auto* metric = std::get_if<Metric>(&one.by)) {
        places_.push_back({false, index_of(query.metrics, *metric), one.descending});
      } else {
        places_.push_back({true, index_of(query.dimensions, std::get<DimensionRef>(one.by)), one.descending});
      }
    }
  }

  bool operator()(const Group& a, const Group& b) const {
    for (const auto& place : places_) {
      const int order = place.dimension ? a.row.dimensions[place.index].compare(b.row.dimensions[place.index])
                                        : compare(a.row.metrics[place.index], b.row.metrics[place.index]);
      if (order != 0) return place.descending ? order > 0 : order < 0;
    }
    return a.row.dimensions < b.row.dimensions;
  }

 private:
  struct Place {
    bool dimension;
    std::size_t index;
    bool descending;
  };

  static std::vector<Order> default_order(const Query& query) {
    std::vector<Order> order;
    for (const auto& dimension : query.dimensions) {
      if (is_time(dimension.dimension)) order.push_back({dimension, false});
    }
    order.push_back({query.metrics.front(), true});
    return order;
  }

  template <class List, class Item>
  static std::size_t index_of(const List& list, const Item& item) {
    return static_cast<std::size_t>(std::find(list.begin(), list.end(), item) - list.begin());
  }

  std::vector<Place> places_;
};

}  // namespace

Needs needs_of(const Query& query) {
  Needs needs;
  for (const auto metric : query.metrics) {
    switch (metric) {
      case Metric::visitors:
      case Metric::percentage:
      case Metric::conversion_rate:
      case Metric::group_conversion_rate: needs.visitors = true; break;
      case Metric::visits: needs.visits = true; break;
      case Metric::pageviews: needs.pageviews = true; break;
      case Metric::events: needs.events = true; break;
      case Metric::views_per_visit: needs.pageviews = needs.visits = true; break;
      case Metric::bounce_rate:
      case Metric::visit_duration: needs.entries = true; break;
      case Metric::time_on_page:
      case Metric::scroll_depth: needs.engagement = true; break;
    }
  }
  return needs;
}

Row make_row(const Query& query, const GroupKey& key, const Figures& figures, const Denominators& denominators) {
  Row row;
  for (std::size_t i = 0; i < query.dimensions.size(); ++i) {
    row.dimensions.push_back(key[i].empty() ? std::string(blank_label(query.dimensions[i].dimension)) : key[i]);
  }
  for (const auto metric : query.metrics) row.metrics.push_back(value_of(query, metric, key, figures, denominators));
  return row;
}

std::vector<Group> ordered_rows(const Query& query, const Groups& groups, const Denominators& denominators) {
  std::vector<Group> rows;
  rows.reserve(groups.size());
  for (const auto& [key, figures] : groups) {
    if (figures.makes_row()) rows.push_back({key, figures, make_row(query, key, figures, denominators)});
  }
  const RowOrder order(query);
  const auto needed = std::min<std::size_t>(rows.size(), std::size_t{query.offset} + query.limit);
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(needed), rows.end(), order);
  return rows;
}

}  // namespace pico::stats
