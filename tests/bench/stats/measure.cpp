#include "bench/stats/measure.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace pico::bench {

using D = stats::Dimension;
using M = stats::Metric;
using std::chrono::steady_clock;

void print(const std::string& what, const std::string& value, const std::string& budget) {
  std::printf("%s\t%s\t%s\n", what.c_str(), value.c_str(), budget.c_str());
  std::fflush(stdout);
}

Times times_of(int runs, const std::function<void()>& work) {
  constexpr std::size_t least = 3;
  constexpr std::chrono::seconds enough{20};
  std::vector<double> times;
  const auto start = steady_clock::now();
  while (times.size() < least || (times.size() < static_cast<std::size_t>(runs) && steady_clock::now() - start < enough)) {
    const auto before = steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - before).count());
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) { return times[std::min(times.size() - 1, static_cast<std::size_t>(share * static_cast<double>(times.size())))]; };
  return {at(0.5), at(0.95)};
}

std::string text_of(const Times& times) {
  return fmt::format("{:.1f} / {:.1f}", times.p50, times.p95);
}

std::vector<stats::Answer> Asker::ask(const std::vector<stats::Query>& queries) {
  auto answers = service_->answer(connection_, std::span(queries));
  if (!answers) {
    std::fprintf(stderr, "refused: %s\n", answers.error().message.c_str());
    std::exit(1);
  }
  return std::move(*answers);
}

std::vector<Panel> dashboard(const std::string& site, const stats::RangeSpec& range, D time, const std::vector<stats::Filter>& filters) {
  std::vector<Panel> panels;
  const auto add = [&](std::string name, std::vector<M> metrics, std::vector<stats::DimensionRef> dimensions) -> stats::Query& {
    stats::Query query{.site = site, .range = range, .metrics = std::move(metrics)};
    query.dimensions = std::move(dimensions);
    query.filters = filters;
    query.limit = query.dimensions.empty() ? stats::max_limit : 10;
    return panels.emplace_back(Panel{std::move(name), std::move(query)}).query;
  };
  const auto* relative = std::get_if<stats::RelativeRange>(&range);
  const bool all = relative != nullptr && relative->period == stats::Period::all;  // compares with nothing
  const auto comparison = all ? stats::Comparison::none : stats::Comparison::previous_period;
  std::vector totals{M::visitors, M::visits, M::pageviews, M::visit_duration, M::bounce_rate};
  const bool tests_events = std::any_of(filters.begin(), filters.end(), [](const auto& f) { return stats::is_of_event(f.test.dimension.dimension); });
  if (!tests_events) totals.push_back(M::views_per_visit);
  add("totals", totals, {}).comparison = comparison;
  auto& over_time = add("over time", {M::visitors, M::pageviews}, {{time}});
  over_time.comparison = comparison;
  over_time.limit = stats::max_limit;
  add("top pages", {M::visitors, M::pageviews, M::bounce_rate}, {{D::page}});
  add("entry pages", {M::visitors, M::visits, M::bounce_rate}, {{D::entry_page}});
  add("exit pages", {M::visitors, M::visits}, {{D::exit_page}});
  add("sources", {M::visitors, M::bounce_rate, M::visit_duration}, {{D::source}});
  add("channels", {M::visitors}, {{D::channel}});
  add("campaigns", {M::visitors}, {{D::utm_campaign}});
  add("countries", {M::visitors, M::percentage}, {{D::country}});
  add("browsers", {M::visitors, M::percentage}, {{D::browser}});
  add("systems", {M::visitors, M::percentage}, {{D::os}});
  add("devices", {M::visitors, M::percentage}, {{D::device}});
  add("events", {M::visitors, M::events}, {{D::event_name}});
  return panels;
}

}  // namespace pico::bench
