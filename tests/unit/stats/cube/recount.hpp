#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "calendar.hpp"
#include "figures.hpp"
#include "pico/stats/dimension.hpp"
#include "pico/storage/connection.hpp"

namespace pico::stats {

/// A day counted from its raw rows as docs/stats.md has it, with sets and without any thought of speed.
class Recount {
 public:
  Recount(storage::Connection& connection, int site, Day day, const Calendar& calendar) : hours_(calendar, day, day) {
    read_visits(connection, site, day);
    read_events(connection, site, day);
    read_engagement(connection, site, day);
  }

  [[nodiscard]] Table by(Dimension dimension) const {
    Table table;
    for (const auto& [value, figures] : sums_of(dimension)) {
      if (!figures.zero()) table.emplace(value, figures);
    }
    return table;
  }
  [[nodiscard]] std::size_t visits() const { return visits_.size(); }

 private:
  using Values = std::map<Dimension, std::string>;
  struct Visit {
    Instant started_at, last_at;
    bool bounce = false;
    Values values;
  };
  struct Event {
    std::int64_t visit = 0;
    Instant at;
    bool pageview = false;
    Values values;
  };
  struct Engagement {
    std::int64_t visit = 0;
    Instant at;
    std::int64_t engaged_ms = 0;
    int scroll = -1;
    Values values;
  };

  static std::vector<Dimension> visit_dimensions() {
    using enum Dimension;
    return {entry_page,   entry_hostname, exit_page, exit_hostname, source, channel, referrer,        utm_source, utm_medium,
            utm_campaign, utm_content,    utm_term,  country,       region, city,    browser,         browser_version,
            os,           os_version,     device,    screen,        language};
  }

  void read_visits(storage::Connection& connection, int site, Day day) {
    const auto columns = visit_dimensions();
    const auto rows = connection.execute(
        "select v.visit_id, v.started_at, v.last_at, v.pageviews < 2 and v.flags & 1 = 0, n.path, n.hostname, x.path, x.hostname,"
        " a.source, a.channel, a.referrer, a.utm_source, a.medium, a.campaign, a.content, a.term,"
        " l.country, l.subdivision, l.city, d.browser, d.browser_version, d.os, d.os_version, d.device_type,"
        " case when s.width <> 0 or s.height <> 0 then s.width::text || 'x' || s.height::text end, s.language"
        " from pico.visits v"
        " left join pico.pages n on n.site_id = v.site_id and n.page_id = v.entry_page_id"
        " left join pico.pages x on x.site_id = v.site_id and x.page_id = v.exit_page_id"
        " left join pico.acquisitions a on a.site_id = v.site_id and a.acquisition_id = v.acquisition_id"
        " left join pico.locations l on l.location_id = v.location_id"
        " left join pico.devices d on d.device_id = v.device_id"
        " left join pico.screens s on s.screen_id = v.screen_id"
        " where v.site_id = $1 and v.day = $2 and v.bot = 0 and v.events > 0",
        site, day);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Visit visit{rows.get<Instant>(i, 1), rows.get<Instant>(i, 2), rows.get<bool>(i, 3), {{Dimension::none, ""}}};
      for (std::size_t c = 0; c < columns.size(); ++c) visit.values[columns[c]] = rows.text(i, 4 + c);
      visits_.emplace(rows.get<std::int64_t>(i, 0), std::move(visit));
    }
  }

  void read_events(storage::Connection& connection, int site, Day day) {
    const auto rows = connection.execute(
        "select e.visit_id, e.at, e.custom, case when e.custom then n.name else 'pageview' end, p.path, p.hostname from ("
        " select visit_id, at, page_id, 0 as name_id, false as custom from pico.events"
        " where site_id = $1 and day = $2 and kind in (select kind from pico.event_kinds where name in ('load', 'popstate', "
        "'pushstate', 'visit'))"
        " union all select visit_id, at, page_id, name_id, true from pico.event_details where site_id = $1 and day = $2) e"
        " left join pico.event_names n on n.name_id = e.name_id"
        " left join pico.pages p on p.site_id = $1 and p.page_id = e.page_id",
        site, day);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!visits_.contains(rows.get<std::int64_t>(i, 0))) continue;
      events_.push_back({rows.get<std::int64_t>(i, 0), rows.get<Instant>(i, 1), !rows.get<bool>(i, 2),
                         {{Dimension::event_name, std::string(rows.text(i, 3))},
                          {Dimension::page, std::string(rows.text(i, 4))},
                          {Dimension::hostname, std::string(rows.text(i, 5))}}});
    }
  }

  void read_engagement(storage::Connection& connection, int site, Day day) {
    const auto rows = connection.execute(
        "select e.visit_id, e.at, e.engaged_ms, e.scroll, p.path, p.hostname from pico.engagement e"
        " left join pico.pages p on p.site_id = e.site_id and p.page_id = e.page_id where e.site_id = $1 and e.day = $2",
        site, day);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!visits_.contains(rows.get<std::int64_t>(i, 0))) continue;
      engagement_.push_back({rows.get<std::int64_t>(i, 0), rows.get<Instant>(i, 1), rows.get<int>(i, 2), rows.get<int>(i, 3),
                             {{Dimension::page, std::string(rows.text(i, 4))},
                              {Dimension::hostname, std::string(rows.text(i, 5))}}});
    }
  }

  [[nodiscard]] std::string hour_of(Instant at) const { return hours_.labels()[hours_.bucket(hours_.interval_of(at))]; }

  /// The hours that the visit touches, seen minute by minute.
  [[nodiscard]] std::set<std::string> hours_of(const Visit& visit) const {
    std::set<std::string> touched{hour_of(visit.last_at)};
    for (auto at = visit.started_at; at < visit.last_at; at += std::chrono::minutes(1)) touched.insert(hour_of(at));
    return touched;
  }

  /// The value of an event or of engagement.
  template <class Row>
  [[nodiscard]] std::optional<std::string> value_of(const Row& row, Dimension dimension) const {
    if (dimension == Dimension::hour) return hour_of(row.at);
    const auto& of_visit = visits_.at(row.visit).values;
    if (const auto found = of_visit.find(dimension); found != of_visit.end()) return found->second;
    if (const auto found = row.values.find(dimension); found != row.values.end()) return found->second;
    return std::nullopt;
  }

  /// The values in which a visit counts.
  [[nodiscard]] std::set<std::string> values_of(std::int64_t id, const Visit& visit, Dimension dimension) const {
    if (dimension == Dimension::hour) return hours_of(visit);
    if (!is_of_event(dimension)) return {visit.values.at(dimension)};
    std::set<std::string> values;
    for (const auto& event : events_) {
      if (event.visit == id) values.insert(*value_of(event, dimension));
    }
    return values;
  }

  /// The value in which bounce and duration of a visit count.
  [[nodiscard]] std::optional<std::string> entry_of(const Visit& visit, Dimension dimension) const {
    if (dimension == Dimension::hour) return hour_of(visit.started_at);
    if (dimension == Dimension::event_name) return std::nullopt;
    if (dimension == Dimension::page) return visit.values.at(Dimension::entry_page);
    if (dimension == Dimension::hostname) return visit.values.at(Dimension::entry_hostname);
    return visit.values.at(dimension);
  }

  [[nodiscard]] std::map<std::string, Figures> sums_of(Dimension dimension) const {
    std::map<std::string, Figures> sums;
    std::set<std::pair<std::string, std::int64_t>> visitors;
    for (const auto& [id, visit] : visits_) {
      for (const auto& value : values_of(id, visit, dimension)) {
        ++sums[value].visits;
        if (visitors.emplace(value, id & -1024).second) ++sums[value].visitors;
      }
      if (const auto value = entry_of(visit, dimension)) {
        ++sums[*value].entries;
        sums[*value].bounces += visit.bounce;
        sums[*value].duration_ms += (visit.last_at - visit.started_at).count();
      }
    }
    for (const auto& event : events_) {
      const auto value = value_of(event, dimension);
      ++sums[*value].events;
      sums[*value].pageviews += event.pageview;
    }
    std::map<std::tuple<std::string, std::int64_t, std::string>, std::pair<std::int64_t, int>> pairs;
    for (const auto& row : engagement_) {
      const auto value = value_of(row, dimension);
      if (!value) continue;  // event_name
      auto& [engaged_ms, scroll] = pairs.try_emplace({*value, row.visit, row.values.at(Dimension::page)}, 0, -1).first->second;
      engaged_ms += row.engaged_ms;
      scroll = std::max(scroll, row.scroll);
    }
    for (const auto& [key, pair] : pairs) {
      auto& sum = sums[std::get<0>(key)];
      sum.engaged_ms += pair.first;
      sum.engaged_pairs += pair.first > 0;
      if (pair.second >= 0) sum.scroll_sum += pair.second, ++sum.scroll_pairs;
    }
    return sums;
  }

  Hours hours_;
  std::map<std::int64_t, Visit> visits_;
  std::vector<Event> events_;
  std::vector<Engagement> engagement_;
};

}  // namespace pico::stats
