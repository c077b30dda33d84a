#include "raw/parts.hpp"

#include <fmt/format.h>

#include <charconv>

#include "raw/condition.hpp"

namespace pico::stats::raw {
namespace {

constexpr std::string_view bounced = "(v.pageviews < 2 and v.flags & 1 = 0)::int";
constexpr std::string_view visitor = "v.visit_id & -1024";

/// `sum` of an interval in milliseconds.
constexpr std::string_view milliseconds = "(extract(epoch from {}) * 1000)::bigint";

/// The outermost select: texts of the groups, then the figures in the order of `columns`.
std::string with_texts(const Keys& keys, const std::string& grouped, std::string_view columns, std::size_t max_groups) {
  return fmt::format("select {}, {}, {} from ({} limit {}) r{}", keys.text1, keys.text2, columns, grouped, max_groups + 1,
                     keys.text_joins);
}

/// The label of the bucket whose number a group's text is.
std::string hour_label(const Hours& hours, std::string_view number) {
  std::size_t bucket = 0;
  std::from_chars(number.data(), number.data() + number.size(), bucket);
  return hours.labels()[bucket];
}

GroupKey key_of(const Part& part, const storage::Rows& rows, std::size_t row) {
  GroupKey key;
  for (std::size_t i = 0; i < part.dimensions.size(); ++i) {
    const auto text = rows.text(row, i);
    key[i] = part.dimensions[i].dimension == Dimension::hour ? hour_label(*part.hours, text) : std::string(text);
  }
  return key;
}

template <class Add>
void run(const Part& part, const Statement& statement, const std::string& sql, Groups& groups, Add add) {
  const auto rows = statement.run(part.connection, sql);
  if (rows.size() > part.max_groups) throw TooManyGroups();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::size_t column = 2;
    const auto next = [&] { return rows.get<std::int64_t>(i, column++); };
    add(groups[key_of(part, rows, i)], next);
  }
  if (groups.size() > part.max_groups) throw TooManyGroups();
}

}  // namespace

void add_visits(const Part& part, const OfVisits& wanted, Groups& groups) {
  Statement statement;
  const auto keys =
      keys_of(statement, part.scope, part.words, part.dimensions, part.hours, wanted.hour_of, "e");
  const auto from = fmt::format("pico.visits v{} where {} and {}", keys.joins, visits_in_scope(statement, part.scope),
                                condition(statement, part.scope, part.words, part.filters));
  const auto sums = fmt::format("count(*) as visits, sum(v.pageviews) as pageviews, sum({}) as bounces, sum(v.last_at - v.started_at) as length", bounced);
  std::string grouped;
  if (wanted.visitors) {
    grouped = fmt::format(
        "select k1, k2, count(*) as visitors, sum(visits) as visits, sum(pageviews) as pageviews, sum(bounces) as bounces, "
        "sum(length) as length from (select {0} as k1, {1} as k2, {2} from {3} group by v.day, {4}, 1, 2) p group by k1, k2",
        keys.k1, keys.k2, sums, from, visitor);
  } else {
    grouped = fmt::format("select {} as k1, {} as k2, 0 as visitors, {} from {} group by 1, 2", keys.k1, keys.k2, sums, from);
  }
  const auto columns = "r.visitors, r.visits, r.pageviews, r.bounces, " + fmt::format(milliseconds, "r.length");
  run(part, statement, with_texts(keys, grouped, columns, part.max_groups), groups, [&](Figures& figures, auto next) {
    const auto visitors = next(), visits = next(), pageviews = next(), bounces = next(), duration = next();
    if (wanted.visitors) figures.visitors += visitors;
    if (wanted.visits) figures.visits += visits;
    if (wanted.pageviews) figures.pageviews += pageviews, figures.events += pageviews;
    if (wanted.entries) figures.entries += visits, figures.bounces += bounces, figures.duration_ms += duration;
  });
}

void add_events(const Part& part, const OfEvents& wanted, Groups& groups) {
  Statement statement;
  const auto keys =
      keys_of(statement, part.scope, part.words, part.dimensions, part.hours, wanted.hour_of, "e");
  const auto from = fmt::format(
      "{} e join pico.visits v on v.day = e.day and v.visit_id = e.visit_id{} where {} and {}",
      events_in_scope(statement, part.scope, wanted.branches), keys.joins, visits_in_scope(statement, part.scope),
      condition(statement, part.scope, part.words, part.filters));
  const auto counts = std::string("count(*) filter (where e.name_id = 0) as pageviews, count(*) as events");
  const auto sums = std::string("sum(pageviews) as pageviews, sum(events) as events");
  std::string grouped;
  if (wanted.visits || wanted.entries) {
    // Events to visits, visits to visitors, visitors to groups.
    grouped = fmt::format(
        "select k1, k2, count(*) as visitors, sum(visits) as visits, {5}, sum(bounces) as bounces, sum(length) as length from ("
        "select k1, k2, count(*) as visits, {5}, sum(bounced) as bounces, sum(length) as length from ("
        "select {0} as k1, {1} as k2, v.day, v.visit_id, {2}, min({3}) as bounced, min(v.last_at - v.started_at) as length "
        "from {4} group by 1, 2, v.day, v.visit_id) v group by day, {6}, k1, k2) p group by k1, k2",
        keys.k1, keys.k2, counts, bounced, from, sums, visitor);
  } else if (wanted.visitors) {
    grouped = fmt::format(
        "select k1, k2, count(*) as visitors, 0 as visits, {3}, 0 as bounces, null::interval as length from ("
        "select {0} as k1, {1} as k2, {2} from {4} group by 1, 2, v.day, {5}) p group by k1, k2",
        keys.k1, keys.k2, counts, sums, from, visitor);
  } else {
    grouped = fmt::format(
        "select {} as k1, {} as k2, 0 as visitors, 0 as visits, {}, 0 as bounces, null::interval as length from {} group by 1, 2",
        keys.k1, keys.k2, counts, from);
  }
  const auto columns =
      "r.visitors, r.visits, r.pageviews, r.events, r.bounces, coalesce(" + fmt::format(milliseconds, "r.length") + ", 0)";
  run(part, statement, with_texts(keys, grouped, columns, part.max_groups), groups, [&](Figures& figures, auto next) {
    const auto visitors = next(), visits = next(), pageviews = next(), events = next(), bounces = next(), duration = next();
    if (wanted.visitors) figures.visitors += visitors;
    if (wanted.visits) figures.visits += visits;
    if (wanted.events) figures.pageviews += pageviews, figures.events += events;
    if (wanted.entries) figures.entries += visits, figures.bounces += bounces, figures.duration_ms += duration;
  });
}

void add_engagement(const Part& part, Groups& groups) {
  Statement statement;
  const auto keys = keys_of(statement, part.scope, part.words, part.dimensions, part.hours, HourOf::event, "e");
  // The rows take the place of events (alias e), so that conditions by page and host name look at their page.
  const auto grouped = fmt::format(
      "select k1, k2, sum(ms) as ms, count(*) filter (where ms > 0) as pairs, "
      "coalesce(sum(depth) filter (where depth >= 0), 0) as depth, count(*) filter (where depth >= 0) as depths from ("
      "select {0} as k1, {1} as k2, sum(e.engaged_ms) as ms, max(e.scroll) as depth from pico.engagement e "
      "join pico.visits v on v.day = e.day and v.visit_id = e.visit_id "
      "join pico.pages path on path.site_id = v.site_id and path.page_id = e.page_id{2} "
      "where {3} and {4} and {5} and {6} group by 1, 2, v.day, v.visit_id, path.path) p group by k1, k2",
      keys.k1, keys.k2, keys.joins, in_days(statement, part.scope, "e"), at_in_range(statement, part.scope, "e"),
      visits_in_scope(statement, part.scope), condition(statement, part.scope, part.words, part.filters));
  run(part, statement, with_texts(keys, grouped, "r.ms, r.pairs, r.depth, r.depths", part.max_groups), groups,
      [&](Figures& figures, auto next) {
        figures.engaged_ms += next(), figures.engaged_pairs += next();
        figures.scroll_sum += next(), figures.scroll_pairs += next();
      });
}

}  // namespace pico::stats::raw
