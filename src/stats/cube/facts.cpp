#include "cube/facts.hpp"

#include <algorithm>
#include <stdexcept>

namespace pico::stats::cube {
namespace {

constexpr std::int64_t visitor_of(std::int64_t visit_id) {
  return visit_id & ~std::int64_t{storage::max_ordinal};
}

/// Puts each row behind the others of its visit. `ends`: where each visit's rows begin; moved to where they end.
template <class Row>
void place(const std::vector<std::pair<std::uint32_t, Row>>& rows, std::vector<std::uint32_t>& ends, std::vector<Row>& out) {
  out.resize(out.size() + rows.size());
  for (const auto& [visit, row] : rows) out[ends[visit]++] = row;
}

/// A visitor of the morning and one of the evening: with a statement for each part of the day, what lies between is not read.
/// More of them would cost more than they save.
constexpr std::size_t max_spans = 4;

/// Few spans of time that hold all the visits.
std::vector<storage::TimeSpan> spans_of(std::vector<storage::TimeSpan> visits) {
  std::sort(visits.begin(), visits.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<storage::TimeSpan> spans;
  for (const auto& visit : visits) {
    if (!spans.empty() && visit.first <= spans.back().last + std::chrono::minutes(10)) {
      spans.back().last = std::max(spans.back().last, visit.last);
    } else {
      spans.push_back(visit);
    }
  }
  while (spans.size() > max_spans) {  // bridge the smallest gap
    const auto gap = [](const auto& span) { return std::next(&span)->first - span.last; };
    const auto at = std::min_element(spans.begin(), spans.end() - 1, [&](auto& a, auto& b) { return gap(a) < gap(b); });
    at->last = std::next(at)->last;
    spans.erase(std::next(at));
  }
  return spans;
}

template <class Row>
std::uint32_t append(std::vector<Row>& out, std::span<const Row> rows) {
  const auto at = static_cast<std::uint32_t>(out.size());
  out.insert(out.end(), rows.begin(), rows.end());
  return at;
}

template <class T>
std::size_t bytes_of(const std::vector<T>& items) {
  return items.capacity() * sizeof(T);
}

}  // namespace

FactBatch read_facts(storage::Connection& connection, storage::FactScope scope, const Hours& hours, WordTables& words) {
  FactBatch batch;
  std::vector<storage::TimeSpan> times;
  const auto word = [&](Role role, storage::WordId id) { return words_of(words, role).number_of(id); };
  const auto interval = [&](Instant at) { return static_cast<std::uint16_t>(hours.interval_of(at)); };

  storage::read_visits(connection, scope, [&](const storage::VisitFact& v) {
    if (scope.visitors) times.push_back({v.started_at, v.last_at});
    batch.visits.emplace_back(
        v.visit_id, Visit{.entry_page = word(Role::entry_page, v.entry_page),
                          .exit_page = word(Role::exit_page, v.exit_page),
                          .acquisition = word(Role::acquisition, v.acquisition),
                          .device = word(Role::device, v.device),
                          .location = word(Role::location, v.location),
                          .screen = word(Role::screen, v.screen),
                          .duration_ms = (v.last_at - v.started_at).count(),
                          .first_interval = interval(v.started_at),
                          .last_interval = interval(v.last_at),
                          .bounce = v.pageviews < 2 && (v.flags & storage::bounce_ended) == 0});
  });
  std::sort(batch.visits.begin(), batch.visits.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  IdTable places(batch.visits.size());
  for (std::uint32_t i = 0; i < batch.visits.size(); ++i) places.find_or_add(batch.visits[i].first, i);

  scope.times = spans_of(std::move(times));
  storage::read_events(connection, scope, [&](const storage::EventFact& e) {
    const auto visit = places.find(e.visit_id);
    if (visit == IdTable::none) return;
    ++batch.visits[visit].second.events;
    batch.events.emplace_back(visit, Event{.page = word(Role::event_page, e.page),
                                           .name = e.custom ? word(Role::event_name, e.name) : Event::pageview,
                                           .interval = interval(e.at)});
  });
  storage::read_engagement(connection, scope, [&](const storage::EngagementFact& e) {
    const auto visit = places.find(e.visit_id);
    if (visit == IdTable::none) return;
    ++batch.visits[visit].second.engagements;
    batch.engagements.emplace_back(visit, Engagement{.page = word(Role::event_page, e.page),
                                                     .engaged_ms = e.engaged_ms,
                                                     .scroll = e.scroll,
                                                     .interval = interval(e.at)});
  });
  return batch;
}

VisitorFacts FactStore::facts_of(const Group& group) const {
  VisitorFacts facts;
  facts.visits = std::span(visits_).subspan(group.visits_at, group.visits);
  std::size_t events = 0, engagements = 0;
  for (const auto& visit : facts.visits) events += visit.events, engagements += visit.engagements;
  facts.events = std::span(events_).subspan(group.events_at, events);
  facts.engagements = std::span(engagements_).subspan(group.engagements_at, engagements);
  return facts;
}

VisitorFacts FactStore::of(std::int64_t visitor) const {
  const auto group = visitors_.find(visitor);
  return group == IdTable::none ? VisitorFacts{} : facts_of(groups_[group]);
}

void FactStore::add(const FactBatch& batch) {
  if (std::max({visits_.size() + batch.visits.size(), events_.size() + batch.events.size(),
                engagements_.size() + batch.engagements.size()}) >= UINT32_MAX) {
    throw std::length_error("a day of a site has more facts than can be held");
  }
  std::vector<std::uint32_t> event_ends, engagement_ends;
  event_ends.reserve(batch.visits.size());
  engagement_ends.reserve(batch.visits.size());
  auto events_at = static_cast<std::uint32_t>(events_.size()), engagements_at = static_cast<std::uint32_t>(engagements_.size());
  if (visits_.empty()) visits_.reserve(batch.visits.size());
  for (const auto& [id, visit] : batch.visits) {
    const auto number = visitors_.find_or_add(visitor_of(id), static_cast<std::uint32_t>(groups_.size()));
    if (number == groups_.size()) groups_.emplace_back();
    auto& group = groups_[number];
    if (group.visits == 0) group = {static_cast<std::uint32_t>(visits_.size()), events_at, engagements_at, 0};
    ++group.visits;
    event_ends.push_back(events_at);
    engagement_ends.push_back(engagements_at);
    events_at += visit.events;
    engagements_at += visit.engagements;
    visits_.push_back(visit);
  }
  place(batch.events, event_ends, events_);
  place(batch.engagements, engagement_ends, engagements_);
}

void FactStore::remove(std::int64_t visitor) {
  const auto number = visitors_.find(visitor);
  if (number == IdTable::none) return;
  const auto facts = facts_of(groups_[number]);
  removed_ += facts.visits.size() + facts.events.size() + facts.engagements.size();
  groups_[number] = {};
  if (removed_ * 3 > visits_.size() + events_.size() + engagements_.size()) compact();
}

void FactStore::compact() {
  FactStore packed;
  for (auto& group : groups_) {
    const auto facts = facts_of(group);
    group.visits_at = append(packed.visits_, facts.visits);
    group.events_at = append(packed.events_, facts.events);
    group.engagements_at = append(packed.engagements_, facts.engagements);
  }
  visits_ = std::move(packed.visits_);
  events_ = std::move(packed.events_);
  engagements_ = std::move(packed.engagements_);
  removed_ = 0;
}

std::size_t FactStore::bytes() const {
  return visitors_.bytes() + bytes_of(groups_) + bytes_of(visits_) + bytes_of(events_) + bytes_of(engagements_);
}

}  // namespace pico::stats::cube
