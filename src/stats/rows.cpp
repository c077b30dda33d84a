#include "rows.hpp"

#include <algorithm>
#include <compare>
#include <unordered_map>

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
GroupKey without(const Query& query, const KeyView& key, Drop drop) {
  GroupKey kept;
  for (std::size_t i = 0; i < query.dimensions.size(); ++i) {
    if (!drop(query.dimensions[i].dimension)) kept[i] = key[i];
  }
  return kept;
}

std::int64_t visitors_of(const Groups& groups, const GroupKey& key) {
  const auto found = groups.find(key);
  return found == groups.end() ? 0 : found->second.visitors;
}

Value mean_seconds(std::int64_t milliseconds, std::int64_t count) {
  if (count == 0) return std::monostate();
  return divided(milliseconds, 1000 * count);
}

Value value_of(const Query& query, Metric metric, const KeyView& key, const Figures& f, const Denominators& denominators) {
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

std::string_view shown(const Query& query, const KeyView& key, std::size_t place) {
  return key[place].empty() ? blank_label(query.dimensions[place].dimension) : key[place];
}

/// Compares groups as the question orders. Only the first criterion, if it is a metric, is computed beforehand: it decides nearly
/// always.
class RowOrder {
 public:
  struct Candidate {
    const GroupList::Entry* group;
    Value first;
  };

  RowOrder(const Query& query, const Denominators& denominators)
      : query_(query), denominators_(denominators), order_(query.order.empty() ? default_order(query) : query.order) {}

  [[nodiscard]] Candidate candidate(const GroupList::Entry& group) const {
    const auto* metric = std::get_if<Metric>(&order_.front().by);
    return {&group, metric == nullptr ? Value() : value(group, *metric)};
  }

  bool operator()(const Candidate& a, const Candidate& b) const {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const int order = compare_by(i, a, b);
      if (order != 0) return order_[i].descending ? order > 0 : order < 0;
    }
    for (std::size_t place = 0; place < query_.dimensions.size(); ++place) {
      const int order = compare_dimension(place, a, b);
      if (order != 0) return order < 0;
    }
    return false;
  }

 private:
  static std::vector<Order> default_order(const Query& query) {
    std::vector<Order> order;
    for (const auto& dimension : query.dimensions) {
      if (is_time(dimension.dimension)) order.push_back({dimension, false});
    }
    order.push_back({query.metrics.front(), true});
    return order;
  }

  [[nodiscard]] Value value(const GroupList::Entry& group, Metric metric) const {
    return value_of(query_, metric, group.key, group.figures, denominators_);
  }

  [[nodiscard]] int compare_dimension(std::size_t place, const Candidate& a, const Candidate& b) const {
    return shown(query_, a.group->key, place).compare(shown(query_, b.group->key, place));
  }

  [[nodiscard]] int compare_by(std::size_t i, const Candidate& a, const Candidate& b) const {
    if (const auto* metric = std::get_if<Metric>(&order_[i].by)) {
      return i == 0 ? compare(a.first, b.first) : compare(value(*a.group, *metric), value(*b.group, *metric));
    }
    const auto& dimension = std::get<DimensionRef>(order_[i].by);
    const auto found = std::find(query_.dimensions.begin(), query_.dimensions.end(), dimension);
    return compare_dimension(static_cast<std::size_t>(found - query_.dimensions.begin()), a, b);
  }

  const Query& query_;
  const Denominators& denominators_;
  const std::vector<Order> order_;
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

Row make_row(const Query& query, const KeyView& key, const Figures& figures, const Denominators& denominators) {
  Row row;
  for (std::size_t i = 0; i < query.dimensions.size(); ++i) row.dimensions.emplace_back(shown(query, key, i));
  for (const auto metric : query.metrics) row.metrics.push_back(value_of(query, metric, key, figures, denominators));
  return row;
}

OrderedRows ordered_rows(const Query& query, const GroupList& groups, const Denominators& denominators) {
  const RowOrder order(query, denominators);
  std::vector<RowOrder::Candidate> candidates;
  candidates.reserve(groups.entries.size());
  for (const auto& group : groups.entries) {
    if (group.figures.makes_row()) candidates.push_back(order.candidate(group));
  }
  const auto begin = std::min<std::size_t>(query.offset, candidates.size());
  const auto end = std::min<std::size_t>(begin + query.limit, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(end), candidates.end(), order);

  OrderedRows ordered;
  ordered.total = candidates.size();
  for (auto i = begin; i < end; ++i) {
    const auto& group = *candidates[i].group;
    ordered.rows.push_back(make_row(query, group.key, group.figures, denominators));
  }
  return ordered;
}

OrderedRows rows_like(const Query& query, const GroupList& groups, const Denominators& denominators, const std::vector<Row>& like) {
  OrderedRows found;
  std::unordered_map<KeyView, std::size_t, GroupKeyHash> places;
  for (const auto& row : like) {
    KeyView key;
    std::copy(row.dimensions.begin(), row.dimensions.end(), key.begin());
    places.emplace(key, found.rows.size());
    found.rows.push_back(make_row(query, {}, {}, {}));
    found.rows.back().dimensions = row.dimensions;
  }
  for (const auto& group : groups.entries) {
    if (!group.figures.makes_row()) continue;
    ++found.total;
    KeyView key;
    for (std::size_t i = 0; i < query.dimensions.size(); ++i) key[i] = shown(query, group.key, i);
    if (const auto place = places.find(key); place != places.end()) {
      found.rows[place->second] = make_row(query, group.key, group.figures, denominators);
    }
  }
  return found;
}

}  // namespace pico::stats
