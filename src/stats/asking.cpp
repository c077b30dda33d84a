#include "asking.hpp"

#include <algorithm>

#include "filter_tree.hpp"

namespace pico::stats {
namespace {

using std::chrono::days;

/// So many days that are not closed are answered from cubes; older ones beyond these from raw facts, lest a question load a year.
constexpr std::size_t most_cubes = 7;
/// By hour, a longer range makes more buckets than anybody reads.
constexpr days longest_by_hour{400};

std::optional<std::size_t> place_of(std::span<const DimensionRef> dimensions, const std::function<bool(Dimension)>& holds) {
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    if (holds(dimensions[i].dimension)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> goal_place(std::span<const DimensionRef> dimensions) {
  return place_of(dimensions, [](Dimension d) { return d == Dimension::goal; });
}

bool is_calendar(Dimension dimension) {
  return is_time(dimension) && dimension != Dimension::hour;
}

bool is_goal_test(const Filter& filter) {
  return filter.kind == Filter::Kind::test && filter.test.dimension.dimension == Dimension::goal;
}

std::optional<Day> first_day(storage::Connection& connection, storage::SiteId site) {
  return connection.execute("select min(day) from pico.site_days where site_id = $1", site).get<std::optional<Day>>(0, 0);
}

bool asks_any(const Query& query, std::initializer_list<Metric> metrics) {
  return std::find_first_of(query.metrics.begin(), query.metrics.end(), metrics.begin(), metrics.end()) != query.metrics.end();
}

void check_size(const Groups& groups, std::size_t max_groups) {
  if (groups.size() > max_groups) throw TooManyGroups();
}

}  // namespace

struct Asking::Asked {
  const Query& query;
  const ResolvedRange& range;
  std::vector<Filter> filters;        // goals replaced
  std::vector<Filter> entry_filters;  // the same, for visits that began there
  std::vector<Filter> other_filters;  // without tests of goals
  std::optional<Hours> hours;
};

Asking::Asking(const Options& options, CubeStore& cubes, RollupStore& rollups, storage::Connection& connection,
               storage::SiteId site, Instant now)
    : options_(options),
      cubes_(cubes),
      rollups_(rollups),
      connection_(connection),
      site_(site),
      now_(now),
      calendar_(Calendar::of_site(connection, site)),
      words_(connection, site) {}

Result<Answer> Asking::answer(const Query& query) {
  const auto first = std::holds_alternative<RelativeRange>(query.range) ? first_day(connection_, site_) : std::nullopt;
  return answer_in(query, resolve(query.range, calendar_, now_, first));
}

Result<Answer> Asking::answer_in(const Query& query, const ResolvedRange& range, const std::vector<Row>* like) {
  const bool of_goals = goal_place(query.dimensions) || std::any_of(query.filters.begin(), query.filters.end(), is_goal_test);
  if (of_goals && !goals_) goals_ = goals_of(connection_, site_);
  const auto goals = goals_.value_or(std::vector<Goal>{});
  auto filters = with_goals_replaced(query.filters, goals);
  if (!filters) return filters.error();
  auto entry_filters = with_goals_replaced(as_entry_conditions(query.filters), goals);
  if (!entry_filters) return entry_filters.error();

  Asked asked{query, range, std::move(*filters), std::move(*entry_filters), {}, {}};
  std::copy_if(query.filters.begin(), query.filters.end(), std::back_inserter(asked.other_filters), std::not_fn(is_goal_test));
  const auto time = place_of(query.dimensions, is_time);
  if (time && query.dimensions[*time].dimension == Dimension::hour) {
    if (range.last - range.first >= longest_by_hour) {
      return Error{Errc::invalid, "A question by hour can be about 400 days at the most: take time:day or a shorter date range."};
    }
    asked.hours.emplace(calendar_, range.first, range.last);
  }

  Answer answer;
  answer.range = range;
  if (time) answer.time_labels = bucket_labels(range, query.dimensions[*time].dimension, calendar_);
  const auto compared_with = denominators(asked);
  if (query.dimensions.empty()) {
    answer.rows.push_back(make_row(query, {}, figures(asked, {}, needs_of(query))[{}], compared_with));
    answer.total_rows = 1;
  } else {
    const auto groups = grouped(asked);
    auto rows = like == nullptr ? ordered_rows(query, groups, compared_with) : rows_like(query, groups, compared_with, *like);
    answer.rows = std::move(rows.rows);
    answer.total_rows = rows.total;
  }
  answer.totals = totals(asked);
  answer.comparison = comparison(query, range, answer.rows);
  return answer;
}

GroupList Asking::grouped(const Asked& asked) {
  const auto& dimensions = asked.query.dimensions;
  const bool one = dimensions.size() == 1 && !is_calendar(dimensions[0].dimension) && is_rolled_up(dimensions[0].dimension);
  if (one && asked.filters.empty() && asked.range.whole_days) {
    return rolled_values(asked, dimensions[0].dimension, needs_of(asked.query));
  }
  return GroupList::of(figures(asked, dimensions, needs_of(asked.query)));
}

Groups Asking::figures(const Asked& asked, std::span<const DimensionRef> dimensions, const Needs& needs, bool without_goals) {
  if (without_goals) return plain_figures(asked, dimensions, asked.other_filters, asked.other_filters, needs);
  if (const auto place = goal_place(dimensions)) return figures_of_goals(asked, dimensions, *place, needs);
  return plain_figures(asked, dimensions, asked.filters, asked.entry_filters, needs);
}

Groups Asking::figures_of_goals(const Asked& asked, std::span<const DimensionRef> dimensions, std::size_t place, const Needs& needs) {
  std::vector<DimensionRef> others(dimensions.begin(), dimensions.end());
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(place));
  Groups groups;
  for (const auto& goal : *goals_) {
    auto filters = asked.filters;
    filters.push_back(goal.condition);
    for (auto& [key, found] : plain_figures(asked, others, filters, filters, needs)) {
      GroupKey with_goal{key[0], key[0]};  // the other dimension, if any, in its own place
      with_goal[place] = goal.name;
      if (others.empty()) with_goal[1 - place].clear();
      groups[with_goal] += found;
    }
    check_size(groups, options_.max_groups);
  }
  return groups;
}

Groups Asking::plain_figures(const Asked& asked, std::span<const DimensionRef> dimensions, std::span<const Filter> filters,
                             std::span<const Filter> entry_filters, const Needs& needs) {
  const auto other = place_of(dimensions, std::not_fn(is_calendar));
  const auto calendar_place = place_of(dimensions, is_calendar);
  const bool rolled = filters.empty() && asked.range.whole_days && dimensions.size() <= (calendar_place ? 2u : 1u) &&
                      (!other || (is_rolled_up(dimensions[*other].dimension) &&
                                  !(calendar_place && dimensions[*other].dimension == Dimension::hour)));
  if (rolled) return rolled_figures(asked, dimensions, needs);
  return raw_figures(asked, {}, dimensions, filters, entry_filters, needs);
}

Groups Asking::raw_figures(const Asked& asked, std::vector<Day> only, std::span<const DimensionRef> dimensions,
                           std::span<const Filter> filters, std::span<const Filter> entry_filters, const Needs& needs) {
  raw::Scope scope{site_, asked.range.first, asked.range.last, std::move(only), {}};
  if (!scope.only.empty()) scope.first = scope.only.front(), scope.last = scope.only.back();
  if (!asked.range.whole_days) scope.instants.emplace(asked.range.from, asked.range.to);
  const raw::Part part{connection_, scope, words_, filters, entry_filters, dimensions, asked.hours, options_.max_groups};
  auto groups = raw::figures(part, needs);

  const auto place = place_of(dimensions, is_calendar);
  if (!place || dimensions[*place].dimension == Dimension::day) return groups;
  Groups folded;  // of days to weeks or months
  for (const auto& [key, found] : groups) {
    auto bucket = key;
    bucket[*place] = bucket_label(*day_of_label(key[*place]), dimensions[*place].dimension, asked.range.first);
    folded[bucket] += found;
  }
  return folded;
}

const Coverage& Asking::coverage(const ResolvedRange& range) {
  if (!coverage_ || coverage_->first != range.first || coverage_->last != range.last) {
    coverage_ = rollups_.coverage(connection_, site_, range.first, range.last);
  }
  return *coverage_;
}

void Asking::add_open_days(const Asked& asked, std::span<const DimensionRef> dimensions, const Needs& needs,
                           const std::function<void(Day, const Table&)>& add_table,
                           const std::function<void(const Groups&)>& add_groups) {
  const auto other = place_of(dimensions, std::not_fn(is_calendar));
  const std::span open(coverage(asked.range).open);
  const auto cubes = std::min(open.size(), most_cubes);
  for (const auto day : open.last(cubes)) {
    Table table;
    cubes_.lease(connection_, site_, day, calendar_).cube().add_to(table, other ? dimensions[*other].dimension : Dimension::none);
    add_table(day, table);
  }
  const auto older = open.first(open.size() - cubes);
  if (!older.empty()) add_groups(raw_figures(asked, {older.begin(), older.end()}, dimensions, {}, {}, needs));
}

GroupList Asking::rolled_values(const Asked& asked, Dimension dimension, const Needs& needs) {
  const auto closed = rollups_.fold(connection_, coverage(asked.range), dimension, asked.range.first, asked.range.last);
  Table open;
  const std::array dimensions{DimensionRef{dimension}};
  add_open_days(
      asked, dimensions, needs, [&](Day, const Table& table) { add(open, table); },
      [&](const Groups& groups) {
        for (const auto& [key, found] : groups) add(open, key[0], found);
      });
  auto list = GroupList::of(closed, std::move(open));
  if (list.entries.size() > options_.max_groups) throw TooManyGroups();
  return list;
}

Groups Asking::rolled_figures(const Asked& asked, std::span<const DimensionRef> dimensions, const Needs& needs) {
  const auto& covered = coverage(asked.range);
  const auto time_place = place_of(dimensions, is_calendar);
  const auto other_place = place_of(dimensions, std::not_fn(is_calendar));
  const auto dimension = other_place ? dimensions[*other_place].dimension : Dimension::none;
  const auto time = time_place ? dimensions[*time_place].dimension : Dimension::none;

  Groups groups;
  const auto add = [&](const std::string& bucket, const Table& table) {
    for (const auto& [value, found] : table) {
      GroupKey key;
      if (other_place) key[*other_place] = value;
      if (time_place) key[*time_place] = bucket;
      groups[key] += found;
    }
    check_size(groups, options_.max_groups);
  };
  const auto add_of_day = [&](Day day, const Table& table) {
    add(time_place ? bucket_label(day, time, asked.range.first) : std::string(), table);
  };

  if (time == Dimension::day) {
    rollups_.each_day(connection_, covered, dimension, asked.range.first, asked.range.last, add_of_day);
  } else {
    for (auto first = asked.range.first; first <= asked.range.last;) {
      auto last = asked.range.last;
      if (time_place) {
        const auto label = bucket_label(first, time, asked.range.first);
        for (last = first; last < asked.range.last && bucket_label(last + days(1), time, asked.range.first) == label;) last += days(1);
      }
      add(time_place ? bucket_label(first, time, asked.range.first) : std::string(),
          *rollups_.fold(connection_, covered, dimension, first, last));
      first = last + days(1);
    }
  }

  add_open_days(asked, dimensions, needs, add_of_day, [&](const Groups& older) {
    for (const auto& [key, found] : older) groups[key] += found;
  });
  return groups;
}

Denominators Asking::denominators(const Asked& asked) {
  const auto& query = asked.query;
  const Needs visitors{.visitors = true};
  Denominators result;
  if (asks_any(query, {Metric::percentage})) result.visitors = figures(asked, {}, visitors)[{}].visitors;
  // The dimensions that are kept stay in their places, so that keys compare.
  const auto kept = [&](const std::function<bool(Dimension)>& keep) {
    std::vector<DimensionRef> dimensions;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < query.dimensions.size(); ++i) {
      if (keep(query.dimensions[i].dimension)) dimensions.push_back(query.dimensions[i]), places.push_back(i);
    }
    Groups placed;
    for (const auto& [key, found] : figures(asked, dimensions, visitors, true)) {
      GroupKey moved;
      for (std::size_t i = 0; i < places.size(); ++i) moved[places[i]] = key[i];
      placed[moved] += found;
    }
    return placed;
  };
  if (asks_any(query, {Metric::conversion_rate})) result.conversion = kept(is_time);
  if (asks_any(query, {Metric::group_conversion_rate})) {
    result.group_conversion = kept([](Dimension d) { return d != Dimension::goal; });
  }
  return result;
}

std::optional<Row> Asking::totals(const Asked& asked) {
  if (!asked.query.totals) return std::nullopt;
  auto whole = asked.query;
  whole.dimensions.clear();
  whole.order.clear();
  whole.limit = max_limit;
  whole.offset = 0;
  const Asked asked_whole{whole, asked.range, asked.filters, asked.entry_filters, asked.other_filters, {}};
  auto groups = figures(asked_whole, {}, needs_of(whole));
  return make_row(whole, {}, groups[{}], denominators(asked_whole));
}

std::shared_ptr<const Answer> Asking::comparison(const Query& query, const ResolvedRange& range, const std::vector<Row>& rows) {
  if (query.comparison == Comparison::none) return nullptr;
  auto other = query;
  other.comparison = Comparison::none;
  const auto other_range = resolve(compared_range(range, query.comparison, calendar_), calendar_, now_, std::nullopt);
  const bool by_time = place_of(query.dimensions, is_time).has_value();
  auto answer = answer_in(other, other_range, by_time ? nullptr : &rows);
  if (!answer) return nullptr;  // what can be refused was refused for the main range
  return std::make_shared<const Answer>(std::move(*answer));
}

}  // namespace pico::stats
