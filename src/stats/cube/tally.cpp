#include "cube/tally.hpp"

#include <algorithm>

namespace pico::stats::cube {
namespace {

using enum Dimension;

constexpr std::size_t hostname_value = 0, path_value = 1;  // of dimensions_of(Role::event_page)

}  // namespace

Tally::Tally(Columns& columns, const WordTables& words, const Hours& hours)
    : columns_(columns), words_(words), hours_(hours), pageview_(column(event_name).number_of("pageview")) {
  column(none).number_of("");
  for (const auto& label : hours.labels()) column(hour).number_of(label);  // so that a value's number is the bucket's
}

void Tally::count(const VisitorFacts& facts, std::int64_t sign) {
  sign_ = sign;
  first_visit_ = visit_ + 1;
  auto events = facts.events;
  auto engagements = facts.engagements;
  for (const auto& visit : facts.visits) {
    ++visit_;
    auto figures = count_events(events.first(visit.events));
    figures += count_engagement(engagements.first(visit.engagements));
    count_visit(visit, figures);
    events = events.subspan(visit.events);
    engagements = engagements.subspan(visit.engagements);
  }
}

void Tally::touch(Cell& cell) {
  if (cell.last_visit == visit_) return;
  if (cell.last_visit < first_visit_) cell.figures.visitors += sign_;
  cell.figures.visits += sign_;
  cell.last_visit = visit_;
}

Figures Tally::count_events(std::span<const Event> events) {
  const auto page_dimensions = dimensions_of(Role::event_page);
  Figures sum;
  for (const auto& event : events) {
    const bool is_pageview = event.name == Event::pageview;
    const Figures figures{.pageviews = is_pageview ? sign_ : 0, .events = sign_};
    const auto count_in = [&](Cell& cell) {
      touch(cell);
      cell.figures += figures;
    };
    const auto page_values = values(Role::event_page, event.page);
    for (std::size_t i = 0; i < page_dimensions.size(); ++i) count_in(column(page_dimensions[i])[page_values[i]]);
    count_in(column(event_name)[is_pageview ? pageview_ : values(Role::event_name, event.name)[0]]);
    column(hour)[static_cast<std::uint32_t>(hours_.bucket(event.interval))].figures += figures;
    sum += figures;
  }
  return sum;
}

template <class GroupOf, class Add>
void Tally::each_pair(std::span<const Engagement> engagements, GroupOf group_of, Add add) {
  engaged_rows_.clear();
  for (const auto& row : engagements) {
    engaged_rows_.push_back({group_of(row), values(Role::event_page, row.page)[path_value], row.engaged_ms, row.scroll});
  }
  std::sort(engaged_rows_.begin(), engaged_rows_.end());
  for (auto row = engaged_rows_.begin(); row != engaged_rows_.end();) {
    const auto first = row;
    std::int64_t engaged_ms = 0;
    std::int16_t scroll = -1;
    for (; row != engaged_rows_.end() && row->group == first->group && row->path == first->path; ++row) {
      engaged_ms += row->engaged_ms;
      scroll = std::max(scroll, row->scroll);
    }
    add(first->group, Figures{.engaged_ms = sign_ * engaged_ms,
                              .engaged_pairs = engaged_ms > 0 ? sign_ : 0,
                              .scroll_sum = scroll >= 0 ? sign_ * scroll : 0,
                              .scroll_pairs = scroll >= 0 ? sign_ : 0});
  }
}

Figures Tally::count_engagement(std::span<const Engagement> engagements) {
  Figures sum;
  if (engagements.empty()) return sum;
  const auto add_to = [&](Dimension dimension) {
    return [&to = column(dimension)](std::uint32_t value, const Figures& pair) { to[value].figures += pair; };
  };
  each_pair(
      engagements, [&](const Engagement& row) { return values(Role::event_page, row.page)[path_value]; },
      [&](std::uint32_t path, const Figures& pair) {
        column(page)[path].figures += pair;
        sum += pair;
      });
  each_pair(
      engagements, [&](const Engagement& row) { return values(Role::event_page, row.page)[hostname_value]; }, add_to(hostname));
  each_pair(
      engagements, [&](const Engagement& row) { return static_cast<std::uint32_t>(hours_.bucket(row.interval)); }, add_to(hour));
  return sum;
}

void Tally::count_visit(const Visit& visit, const Figures& of_events) {
  const Figures entry{
      .entries = sign_, .bounces = visit.bounce ? sign_ : 0, .duration_ms = sign_ * visit.duration_ms};
  auto figures = of_events;
  figures += entry;
  const auto count_in = [&](Dimension dimension, std::uint32_t value) {
    if (is_of_event(dimension)) {  // of the entry page
      column(dimension)[value].figures += entry;
      return;
    }
    auto& cell = column(dimension)[value];
    touch(cell);
    cell.figures += figures;
  };
  count_in(none, 0);
  for (const auto& [role, word] : {std::pair{Role::entry_page, visit.entry_page},
                                   {Role::exit_page, visit.exit_page},
                                   {Role::acquisition, visit.acquisition},
                                   {Role::device, visit.device},
                                   {Role::location, visit.location},
                                   {Role::screen, visit.screen}}) {
    const auto dimensions = dimensions_of(role);
    const auto numbers = values(role, word);
    for (std::size_t i = 0; i < dimensions.size(); ++i) count_in(dimensions[i], numbers[i]);
  }
  count_hours(visit, entry);
}

void Tally::count_hours(const Visit& visit, const Figures& entry) {
  const auto cell_of = [&](std::size_t interval) -> Cell& {
    return column(hour)[static_cast<std::uint32_t>(hours_.bucket(interval))];
  };
  for (std::size_t interval = visit.first_interval; interval <= visit.last_interval; ++interval) touch(cell_of(interval));
  cell_of(visit.first_interval).figures += entry;
}

}  // namespace pico::stats::cube
