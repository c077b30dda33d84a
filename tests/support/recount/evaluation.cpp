#include "support/recount/evaluation.hpp"

namespace pico::test {
namespace {

using D = stats::Dimension;
using Dimensions = std::vector<stats::DimensionRef>;
using Filters = std::vector<stats::Filter>;

bool has(const Dimensions& dimensions, bool (*is)(D)) {
  return std::any_of(dimensions.begin(), dimensions.end(), [&](const auto& one) { return is(one.dimension); });
}

bool is_page_or_hostname(D dimension) {
  return dimension == D::page || dimension == D::hostname;
}

bool is_hour(D dimension) {
  return dimension == D::hour;
}

/// Bounces and durations are those of the visits that began at the page.
void stand_for_entry(stats::DimensionRef& ref) {
  if (ref.dimension == D::page) ref.dimension = D::entry_page;
  if (ref.dimension == D::hostname) ref.dimension = D::entry_hostname;
}

/// What a visit must have done elsewhere (has_done) is about its events, and stays so.
void stand_for_entry(stats::Filter& filter) {
  if (filter.kind == stats::Filter::Kind::done || filter.kind == stats::Filter::Kind::not_done) return;
  stand_for_entry(filter.test.dimension);
  for (auto& child : filter.children) stand_for_entry(child);
}

}  // namespace

std::vector<Evaluation::Selected> Evaluation::select(const Filters& filters) const {
  const Conditions conditions(filters, site_.goals, [&](const auto& visit, const auto& event) { return in_range(visit, event); });
  std::vector<Selected> all;
  for (const auto& visit : site_.visits) {
    if (!range_.has(visit)) continue;
    Selected selected{&visit, {}};
    if (!conditions.of_events() && !conditions.hold(of_visit(visit))) continue;
    for (const auto& event : visit.events) {
      if (!in_range(visit, event)) continue;
      if (!conditions.of_events() || conditions.hold(of_event(visit, event))) selected.events.push_back(&event);
    }
    if (!conditions.of_events() || !selected.events.empty()) all.push_back(std::move(selected));
  }
  return all;
}

std::vector<Key> Evaluation::keys(const Dimensions& dimensions, const Subject& subject, const std::set<std::string>& hours) const {
  std::vector<Key> keys{{}};
  for (const auto& ref : dimensions) {
    std::vector<std::string> values;
    if (ref.dimension == D::hour) {
      values.assign(hours.begin(), hours.end());
    } else if (stats::is_time(ref.dimension)) {
      values.push_back(day_label(subject.visit->day, ref.dimension, range_));
    } else if (ref.dimension == D::goal) {
      for (const auto& goal : site_.goals) {
        if (reaches(goal, *subject.event)) values.push_back(goal.name);
      }
    } else {
      values.push_back(shown(ref, subject));
    }
    std::vector<Key> longer;
    for (const auto& key : keys) {
      for (const auto& value : values) {
        longer.push_back(key);
        longer.back().push_back(value);
      }
    }
    keys = std::move(longer);
  }
  return keys;
}

std::set<std::string> Evaluation::hours_of(const FactVisit& visit) const {
  if (range_.whole_days) return site_.zones.hours_of(visit.started, visit.last);
  return site_.zones.hours_of(std::max(visit.started, range_.from), std::min(visit.last, range_.to - std::chrono::milliseconds(1)));
}

Groups Evaluation::count(const Dimensions& dimensions, const Filters& filters) const {
  const bool by_hour = has(dimensions, is_hour);
  const bool event_condition = std::any_of(filters.begin(), filters.end(), tests_events);
  // Whether visits are in the groups of their selected events, or in those of their own.
  const bool by_events = has(dimensions, stats::is_of_event) || (by_hour && event_condition);
  Groups groups;
  const auto add_visit = [](Counted& group, const FactVisit& visit) {
    group.visits.insert(&visit);
    group.visitors.emplace(visit.day, visit.visitor);
  };
  for (const auto& [visit, events] : select(filters)) {
    if (!by_events) {
      for (const auto& key : keys(dimensions, of_visit(*visit), by_hour ? hours_of(*visit) : std::set<std::string>{})) {
        add_visit(groups[key], *visit);
      }
    }
    for (const auto* event : events) {
      for (const auto& key : keys(dimensions, of_event(*visit, *event), {site_.zones.hour_of(event->at)})) {
        auto& group = groups[key];
        ++group.events;
        if (event->pageview) ++group.pageviews;
        if (by_events) add_visit(group, *visit);
      }
    }
  }
  return groups;
}

void Evaluation::add_entries(Groups& groups, Dimensions dimensions, Filters filters) const {
  if (has(dimensions, is_page_or_hostname)) {
    for (auto& ref : dimensions) stand_for_entry(ref);
    for (auto& filter : filters) stand_for_entry(filter);
  }
  for (const auto& [visit, events] : select(filters)) {
    for (const auto& key : keys(dimensions, of_visit(*visit), {site_.zones.hour_of(visit->started)})) {
      if (const auto group = groups.find(key); group != groups.end()) group->second.entries.insert(visit);
    }
  }
}

void Evaluation::add_engagement(Groups& groups, const Dimensions& dimensions, const Filters& filters) const {
  const Conditions conditions(filters, site_.goals, [&](const auto& visit, const auto& event) { return in_range(visit, event); });
  for (const auto& visit : site_.visits) {
    if (!range_.has(visit)) continue;
    for (const auto& engagement : visit.engagement) {
      const auto subject = of_engagement(visit, engagement);
      if (!range_.has(visit, engagement.at) || !conditions.hold(subject)) continue;
      for (const auto& key : keys(dimensions, subject, {site_.zones.hour_of(engagement.at)})) {
        const auto group = groups.find(key);
        if (group == groups.end()) continue;
        auto& pair = group->second.pairs[{&visit, engagement.page.path}];
        pair.engaged_ms += engagement.engaged_ms;
        pair.scroll = std::max(pair.scroll, engagement.scroll);
      }
    }
  }
}

}  // namespace pico::test
