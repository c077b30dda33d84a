#include "support/recount/questions.hpp"

#include <re2/re2.h>

#include "support/recount/conditions.hpp"
#include "support/recount/rules.hpp"
#include "support/traffic.hpp"

namespace pico::test {
namespace {

using namespace std::chrono_literals;
using D = stats::Dimension;
using M = stats::Metric;
using Op = stats::Operator;
using Kind = stats::Filter::Kind;
using stats::Period;

constexpr Day date(int year, unsigned month, unsigned day) {
  return std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day);
}

constexpr std::array patterns{"^/pricing", "pric(ing|e)s?", "[0-9]+", "\\.", "ü|é", "^$", "(?i)SIGN", ".", "a\\|b", "^(Chrome|Safari)$", "\\d{2}",
                              "Direct", "%", "^.{1,3}$", "\\pL", "not set", "\\", "("};

}  // namespace

const std::vector<stats::DimensionRef>& all_dimensions() {
  static const auto list = [] {
    std::vector<stats::DimensionRef> dimensions;
    for (int i = static_cast<int>(D::page); i <= static_cast<int>(D::hour); ++i) dimensions.push_back({static_cast<D>(i)});
    for (const auto one : {D::day, D::week, D::month, D::goal}) dimensions.push_back({one});
    for (const auto* name : {"plan", "amount", "trial", "it's \"q\"", "größe", "missing"}) dimensions.push_back({D::property, name});
    return dimensions;
  }();
  return list;
}

const std::vector<M>& all_metrics() {
  static const std::vector list{M::visitors,       M::visits,       M::pageviews,    M::events,     M::views_per_visit, M::bounce_rate,
                                M::visit_duration, M::time_on_page, M::scroll_depth, M::percentage, M::conversion_rate, M::group_conversion_rate};
  return list;
}

std::vector<stats::RangeSpec> all_ranges() {
  const auto today = date(2026, 11, 22);
  return {
      stats::RelativeRange{Period::day},
      stats::RelativeRange{Period::day, 0, date(2026, 11, 18)},
      stats::DayRange{date(2026, 3, 29), date(2026, 3, 29)},
      stats::DayRange{date(2026, 10, 25), date(2026, 10, 25)},
      stats::DayRange{date(2026, 11, 16), date(2026, 11, 19)},
      stats::RelativeRange{Period::days, 7},
      stats::RelativeRange{Period::days, 28, date(2026, 10, 26)},
      stats::RelativeRange{Period::month},
      stats::RelativeRange{Period::months, 2},
      stats::RelativeRange{Period::year},
      stats::RelativeRange{Period::all},
      stats::RelativeRange{Period::hours24},
      stats::InstantRange{Instant{today - 30min} - 7ms, Instant{today} + 1h},
      stats::InstantRange{Instant{date(2026, 11, 17)} + 9h + 30min, Instant{date(2026, 11, 19)} + 11h},
      stats::DayRange{date(2026, 6, 1), date(2026, 6, 3)},  // without any traffic
  };
}

Questions::Questions(std::uint64_t seed, const std::map<std::string, FactSite>& sites) : random_(seed) {
  std::map<std::string, std::set<std::string>> values;
  for (const auto& [domain, site] : sites) {
    sites_.push_back(domain);
    for (const auto& goal : site.goals) values["event:goal"].insert(goal.name);
    for (const auto& visit : site.visits) {
      for (const auto& [dimension, text] : visit.values) values[stats::name_of({dimension})].insert(shown({dimension}, of_visit(visit)));
      for (const auto& event : visit.events) {
        for (const auto& ref : all_dimensions()) {
          if (!stats::is_of_event(ref.dimension) || ref.dimension == D::goal) continue;
          values[stats::name_of(ref)].insert(shown(ref, of_event(visit, event)));
        }
      }
    }
  }
  for (const auto& [name, texts] : values) values_[name].assign(texts.begin(), texts.end());
}

stats::RangeSpec Questions::range() {
  static const auto ranges = all_ranges();
  if (chance(60)) return one_of(ranges);
  static constexpr std::array starts{date(2026, 11, 12), date(2026, 3, 27), date(2026, 10, 23), date(2026, 4, 3), date(2025, 11, 19)};
  const auto first = one_of(starts) + std::chrono::days(below(9));
  if (chance(70)) return stats::DayRange{first, first + std::chrono::days(chance(20) ? below(300) : below(6))};
  const auto from = Instant{first} + std::chrono::milliseconds(below(86'400'000));
  return stats::InstantRange{from, from + std::chrono::milliseconds(1 + below(chance(50) ? 7'200'000 : 200'000'000))};
}

std::string Questions::value(const stats::DimensionRef& dimension, Op op) {
  if (op == Op::matches || op == Op::matches_not) {
    if (chance(60)) return one_of(patterns);
  } else if (chance(8)) {
    return chance(50) ? "nowhere" : std::string(stats::blank_label(dimension.dimension));
  }
  const auto& known = values_[stats::name_of(dimension)];
  if (known.empty()) return "x";
  auto text = one_of(known);
  const bool whole = op == Op::is || op == Op::is_not;
  if (!whole && chance(60)) {  // a part of it, cut between letters
    const auto letter = [&](std::size_t i) { return i >= text.size() || (text[i] & 0xc0) != 0x80; };
    auto begin = below(text.size()), size = 1 + below(text.size());
    while (!letter(begin)) ++begin;
    while (!letter(begin + size)) ++size;
    text = text.substr(begin, size);
  }
  if (chance(20)) {  // ASCII letters in the other case
    for (auto& c : text) {
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) c ^= 0x20;
    }
  }
  return op == Op::matches || op == Op::matches_not ? RE2::QuoteMeta(text) : text;
}

stats::Filter Questions::test(bool top_level, bool of_event) {
  stats::Test test;
  do {
    test.dimension = one_of(all_dimensions());
  } while (stats::is_time(test.dimension.dimension) || (of_event && !stats::is_of_event(test.dimension.dimension)) ||
           (test.dimension.dimension == D::goal && !top_level) ||
           (stats::is_of_event(test.dimension.dimension) && !of_event && chance(50)));
  test.op = test.dimension.dimension == D::goal ? (chance(70) ? Op::is : Op::contains) : static_cast<Op>(below(6));
  for (auto n = 1 + (chance(30) ? below(4) : 0); n > 0; --n) test.values.push_back(value(test.dimension, test.op));
  test.case_sensitive = test.op == Op::matches || test.op == Op::matches_not || !chance(25);
  return stats::Filter::of(std::move(test));
}

stats::Filter Questions::filter(int depth, bool within_done) {
  if (depth >= 3 || chance(55)) return test(depth == 0 && !within_done, within_done);
  stats::Filter filter;
  filter.kind = one_of(std::array{Kind::all_of, Kind::any_of, Kind::any_of, Kind::none_of, Kind::done, Kind::not_done});
  if (within_done && (filter.kind == Kind::done || filter.kind == Kind::not_done)) filter.kind = Kind::none_of;
  const bool done = within_done || filter.kind == Kind::done || filter.kind == Kind::not_done;
  const bool several = filter.kind == Kind::all_of || filter.kind == Kind::any_of;
  for (auto n = several ? 1 + below(3) : 1; n > 0; --n) filter.children.push_back(this->filter(depth + 1, done));
  return filter;
}

stats::Query Questions::any() {
  stats::Query query;
  query.site = sites_.empty() || chance(50) ? "shop.example" : one_of(sites_);
  query.range = range();
  for (auto n = below(3); n > 0; --n) {
    const auto& one = one_of(all_dimensions());
    if (std::find(query.dimensions.begin(), query.dimensions.end(), one) == query.dimensions.end()) query.dimensions.push_back(one);
  }
  if (chance(65)) {
    for (auto n = 1 + below(2); n > 0; --n) query.filters.push_back(filter(0, false));
  }
  for (const auto metric : all_metrics()) {
    if (chance(40)) query.metrics.push_back(metric);
  }
  std::shuffle(query.metrics.begin(), query.metrics.end(), random_);
  query.totals = chance(30);
  if (chance(25)) query.limit = 1 + static_cast<std::uint32_t>(below(7));
  if (chance(10)) query.offset = static_cast<std::uint32_t>(below(6));
  const auto* relative = std::get_if<stats::RelativeRange>(&query.range);
  if (chance(25) && (relative == nullptr || relative->period != Period::all)) {
    query.comparison = chance(50) ? stats::Comparison::previous_period : stats::Comparison::previous_year;
  }
  return query;
}

stats::Query Questions::next(bool possible) {
  for (;;) {
    auto query = any();
    if (possible) std::erase_if(query.metrics, [&](M metric) { return !is_possible(metric, query); });
    if (query.metrics.empty()) query.metrics = {M::visitors};
    if (possible && refusal(query)) continue;
    for (auto n = chance(30) ? 1 + below(2) : 0; n > 0; --n) {
      stats::Order order{one_of(query.metrics), chance(50)};
      if (!query.dimensions.empty() && chance(40)) order.by = one_of(query.dimensions);
      const bool twice = std::any_of(query.order.begin(), query.order.end(), [&](const auto& other) { return other.by == order.by; });
      if (!twice) query.order.push_back(std::move(order));
    }
    return query;
  }
}

}  // namespace pico::test
