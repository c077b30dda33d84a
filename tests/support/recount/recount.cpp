#include "support/recount/recount.hpp"

#include "support/recount/conditions.hpp"
#include "support/recount/rules.hpp"

namespace pico::test {
namespace {

using D = stats::Dimension;
using M = stats::Metric;
using stats::Value;
using Dimensions = std::vector<stats::DimensionRef>;

/// Half up. Denominator positive.
std::int64_t rounded(std::int64_t numerator, std::int64_t denominator) {
  return (2 * numerator + denominator) / (2 * denominator);
}

double with_two_decimals(std::int64_t numerator, std::int64_t denominator) {
  return denominator == 0 ? 0.0 : static_cast<double>(rounded(100 * numerator, denominator)) / 100;
}

std::int64_t visitors_in(const Groups& groups, const Key& key) {
  const auto group = groups.find(key);
  return group == groups.end() ? 0 : static_cast<std::int64_t>(group->second.visitors.size());
}

/// One question about one range.
class Asked {
 public:
  Asked(const stats::Query& query, Dimensions dimensions, const FactSite& site, const Range& range)
      : query_(query), dimensions_(std::move(dimensions)), evaluation_(site, range) {
    without_goal_ = query.filters;
    std::erase_if(without_goal_, [](const stats::Filter& filter) {
      return filter.kind == stats::Filter::Kind::test && filter.test.dimension.dimension == D::goal;
    });
    groups_ = evaluation_.count(dimensions_, query.filters);
    if (dimensions_.empty()) groups_[{}];
    if (asks(M::bounce_rate) || asks(M::visit_duration)) evaluation_.add_entries(groups_, dimensions_, query.filters);
    if (asks(M::time_on_page) || asks(M::scroll_depth)) evaluation_.add_engagement(groups_, dimensions_, query.filters);
    if (asks(M::percentage)) all_ = evaluation_.count({}, query.filters);
    if (asks(M::conversion_rate)) by_time_ = evaluation_.count(kept(true), without_goal_);
    if (asks(M::group_conversion_rate)) by_group_ = evaluation_.count(kept(false), without_goal_);
  }

  [[nodiscard]] std::vector<stats::Row> rows() const {
    std::vector<stats::Row> rows;
    for (const auto& group : groups_) rows.push_back(row(group.first));
    return rows;
  }

  /// Of a key without facts, too.
  [[nodiscard]] stats::Row row(const Key& key) const {
    static const Counted nothing;
    const auto found = groups_.find(key);
    const auto& counted = found == groups_.end() ? nothing : found->second;
    stats::Row row{key, {}};
    for (const auto metric : query_.metrics) row.metrics.push_back(value(metric, key, counted));
    return row;
  }

 private:
  [[nodiscard]] bool asks(M metric) const {
    return std::find(query_.metrics.begin(), query_.metrics.end(), metric) != query_.metrics.end();
  }

  /// The dimensions that the divisor of a conversion rate keeps.
  static bool keeps(bool only_time, const stats::DimensionRef& one) {
    return only_time ? stats::is_time(one.dimension) : one.dimension != D::goal;
  }
  [[nodiscard]] Dimensions kept(bool only_time) const {
    Dimensions kept;
    std::copy_if(dimensions_.begin(), dimensions_.end(), std::back_inserter(kept),
                 [&](const auto& one) { return keeps(only_time, one); });
    return kept;
  }
  [[nodiscard]] Key kept(bool only_time, const Key& key) const {
    Key kept;
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (keeps(only_time, dimensions_[i])) kept.push_back(key[i]);
    }
    return kept;
  }

  [[nodiscard]] Value value(M metric, const Key& key, const Counted& counted) const {
    const auto visitors = static_cast<std::int64_t>(counted.visitors.size());
    const auto visits = static_cast<std::int64_t>(counted.visits.size());
    const auto entries = static_cast<std::int64_t>(counted.entries.size());
    switch (metric) {
      case M::visitors: return visitors;
      case M::visits: return visits;
      case M::pageviews: return counted.pageviews;
      case M::events: return counted.events;
      case M::views_per_visit: return with_two_decimals(counted.pageviews, visits);
      case M::bounce_rate: {
        const auto bounces = std::count_if(counted.entries.begin(), counted.entries.end(), [](const auto* visit) { return visit->bounce; });
        return entries == 0 ? std::int64_t{0} : rounded(100 * bounces, entries);
      }
      case M::visit_duration: {
        std::int64_t sum = 0;
        for (const auto* visit : counted.entries) sum += (visit->last - visit->started).count();
        return entries == 0 ? Value{} : rounded(sum, 1000 * entries);
      }
      case M::time_on_page: {
        std::int64_t sum = 0, pairs = 0;
        for (const auto& [who, pair] : counted.pairs) sum += pair.engaged_ms, pairs += pair.engaged_ms > 0 ? 1 : 0;
        return pairs == 0 ? Value{} : rounded(sum, 1000 * pairs);
      }
      case M::scroll_depth: {
        std::int64_t sum = 0, pairs = 0;
        for (const auto& [who, pair] : counted.pairs) {
          if (pair.scroll >= 0) sum += pair.scroll, ++pairs;
        }
        return pairs == 0 ? Value{} : rounded(sum, pairs);
      }
      case M::percentage: return with_two_decimals(100 * visitors, visitors_in(all_, {}));
      case M::conversion_rate: return with_two_decimals(100 * visitors, visitors_in(by_time_, kept(true, key)));
      case M::group_conversion_rate: return with_two_decimals(100 * visitors, visitors_in(by_group_, kept(false, key)));
    }
    return {};
  }

  const stats::Query& query_;
  Dimensions dimensions_;
  Evaluation evaluation_;
  std::vector<stats::Filter> without_goal_;
  Groups groups_, all_, by_time_, by_group_;
};

double number(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? *real : -1;  // no figure is negative
}

std::vector<stats::Order> order_of(const stats::Query& query) {
  if (!query.order.empty()) return query.order;
  for (const auto& dimension : query.dimensions) {
    if (stats::is_time(dimension.dimension)) return {{dimension, false}, {query.metrics.at(0), true}};
  }
  return {{query.metrics.at(0), true}};
}

void sort(std::vector<stats::Row>& rows, const stats::Query& query) {
  const auto order = order_of(query);
  const auto place = [](const auto& list, const auto& what) {
    return static_cast<std::size_t>(std::find(list.begin(), list.end(), what) - list.begin());
  };
  std::sort(rows.begin(), rows.end(), [&](const stats::Row& a, const stats::Row& b) {
    for (const auto& [by, descending] : order) {
      if (const auto* metric = std::get_if<M>(&by)) {
        const auto i = place(query.metrics, *metric);
        const auto x = number(a.metrics.at(i)), y = number(b.metrics.at(i));
        if (x != y) return descending ? x > y : x < y;
      } else {
        const auto i = place(query.dimensions, std::get<stats::DimensionRef>(by));
        const auto& x = a.dimensions.at(i);
        const auto& y = b.dimensions.at(i);
        if (x != y) return descending ? x > y : x < y;
      }
    }
    return a.dimensions < b.dimensions;
  });
}

void cut(std::vector<stats::Row>& rows, const stats::Query& query) {
  if (query.dimensions.empty()) return;
  const auto begin = std::min<std::size_t>(query.offset, rows.size());
  const auto end = std::min<std::size_t>(begin + query.limit, rows.size());
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(end), rows.end());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
}

/// `2026-11-22T23:59:59+02:00`: what the site's clocks show.
std::string clock_text(Instant at, const Zones& zones) {
  const auto offset = zones.at(at).utc_offset(at);
  const auto minutes = std::abs(offset / std::chrono::minutes(1));
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return to_string(at + offset).substr(0, 19) + (offset.count() < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60);
}

stats::ResolvedRange resolved(const Range& range, const FactSite& site) {
  const auto last = range.to - std::chrono::milliseconds(1);
  return {range.from,       range.to, range.first, range.last, range.whole_days, site.zones.at(last).name(), clock_text(range.from, site.zones),
          clock_text(last, site.zones)};
}

stats::Answer answer_in(const stats::Query& query, const FactSite& site, const Range& range) {
  stats::Answer answer;
  answer.range = resolved(range, site);
  answer.rows = Asked(query, query.dimensions, site, range).rows();
  sort(answer.rows, query);
  answer.total_rows = answer.rows.size();
  cut(answer.rows, query);
  if (query.totals) answer.totals = Asked(query, {}, site, range).row({});
  for (const auto& dimension : query.dimensions) {
    if (!stats::is_time(dimension.dimension)) continue;
    const auto labels = time_labels(range, dimension.dimension, site.zones);
    answer.time_labels.assign(labels.begin(), labels.end());
  }
  return answer;
}

bool is_configured(const stats::Test& test, const FactSite& site) {
  return std::all_of(test.values.begin(), test.values.end(), [&](const auto& value) {
    return std::any_of(site.goals.begin(), site.goals.end(), [&](const auto& goal) { return fits(goal.name, test, value); });
  });
}

}  // namespace

Result<stats::Answer> Recount::answer(const stats::Query& query) const {
  if (const auto why = refusal(query)) return Error{Errc::invalid, *why};
  const auto found = sites_.find(query.site);
  if (found == sites_.end()) return Error{Errc::not_found, "no such site"};
  const auto& site = found->second;
  for (const auto& filter : query.filters) {
    const auto& test = filter.test;
    const bool names_goals = filter.kind == stats::Filter::Kind::test && test.dimension.dimension == D::goal && test.op == stats::Operator::is;
    if (names_goals && !is_configured(test, site)) return Error{Errc::invalid, "no such goal"};
  }
  const auto range = range_of(query.range, site, now_);
  auto answer = answer_in(query, site, range);
  if (query.comparison == stats::Comparison::none) return answer;

  const auto other = compared_range(range, query.comparison, site);
  auto comparison = std::make_shared<stats::Answer>(answer_in(query, site, other));
  const bool has_time = std::any_of(query.dimensions.begin(), query.dimensions.end(), [](const auto& one) { return stats::is_time(one.dimension); });
  if (!has_time) {
    const Asked asked(query, query.dimensions, site, other);
    comparison->rows.clear();
    for (const auto& row : answer.rows) comparison->rows.push_back(asked.row(row.dimensions));
  }
  answer.comparison = std::move(comparison);
  return answer;
}

std::int64_t Recount::live_visitors(const std::string& site) const {
  std::set<std::pair<Day, std::int64_t>> visitors;
  for (const auto& visit : sites_.at(site).visits) {
    if (visit.last >= now_ - std::chrono::minutes(5)) visitors.emplace(visit.day, visit.visitor);
  }
  return static_cast<std::int64_t>(visitors.size());
}

}  // namespace pico::test
