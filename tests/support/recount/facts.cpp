#include "support/recount/facts.hpp"

#include "pico/event/kind.hpp"

namespace pico::test {
namespace {

using D = stats::Dimension;
using storage::Rows;

/// By site (0: of all sites) and id, the other columns of a table of words.
using Words = std::map<std::pair<int, std::int64_t>, std::vector<std::string>>;
using Properties = std::map<std::string, std::string>;
using VisitKey = std::tuple<int, Day, std::int64_t>;

Words read_words(storage::Connection& connection, const std::string& sql) {
  const auto rows = connection.execute(sql);
  Words words;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& texts = words[{rows.get<int>(i, 0), rows.get<std::int64_t>(i, 1)}];
    for (std::size_t c = 2; c < rows.columns(); ++c) texts.emplace_back(rows.text(i, c));
  }
  return words;
}

class Reader {
 public:
  explicit Reader(storage::Connection& connection) : connection_(connection) {}

  std::map<std::string, FactSite> read() {
    const storage::Transaction transaction(connection_, storage::Isolation::repeatable_read);
    read_sites();
    pages_ = read_words(connection_, "select site_id, page_id, hostname, path from pico.pages");
    read_visits();
    read_pageviews();
    read_custom_events();
    read_engagement();
    std::map<std::string, FactSite> sites;
    for (auto& [key, visit] : visits_) {
      auto& site = sites_.at(std::get<0>(key));
      contradictions(key, visit, site);
      if (visit.counts) site.visits.push_back(std::move(visit.fact));
    }
    for (auto& [id, site] : sites_) sites.emplace(domains_.at(id), std::move(site));
    return sites;
  }

 private:
  struct Read {
    FactVisit fact;
    bool counts = false;
    int pageviews = 0, rows = 0, flags = 0;     // as the visit's row says
    int seen_pageviews = 0, seen_rows = 0;      // as the events say
    bool seen_bounce_end = false;
  };

  void read_sites() {
    const auto sites = connection_.execute("select site_id, domain from pico.sites");
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const auto id = sites.get<int>(i, 0);
      const auto rows = connection_.execute(
          "select from_instant, tz from pico.site_zones where site_id = $1 order by from_instant", id);
      std::vector<std::pair<Instant, TimeZone>> zones;
      for (std::size_t z = 0; z < rows.size(); ++z) zones.emplace_back(rows.get<Instant>(z, 0), *TimeZone::find(rows.text(z, 1)));
      domains_[id] = sites.get<std::string>(i, 1);
      sites_.emplace(id, FactSite{Zones(std::move(zones)), {}, {}, {}, {}});
    }
    const auto goals = connection_.execute("select site_id, display_name, event_name, page_path from pico.goals");
    for (std::size_t i = 0; i < goals.size(); ++i) {
      sites_.at(goals.get<int>(i, 0))
          .goals.push_back({goals.get<std::string>(i, 1), goals.get<std::optional<std::string>>(i, 2),
                            goals.get<std::optional<std::string>>(i, 3)});
    }
  }

  const std::string& word(const Words& words, int site, std::int64_t id, std::size_t column) {
    static const std::string blank;
    const auto found = words.find({site, id});
    return found == words.end() ? blank : found->second.at(column);
  }
  Page page(int site, std::int64_t id) { return {word(pages_, site, id, 0), word(pages_, site, id, 1)}; }

  void saw_day(int site, Day day) {
    auto& first = sites_.at(site).first_day;
    if (!first || day < *first) first = day;
  }

  void read_visits() {
    const auto acquisitions =
        read_words(connection_, "select site_id, acquisition_id, referrer, channel, source, utm_source, medium, campaign, content, term "
                                "from pico.acquisitions");
    const auto devices = read_words(
        connection_, "select 0, device_id, browser, browser_version, os, os_version, device_type from pico.devices");
    const auto locations = read_words(connection_, "select 0, location_id, country, subdivision, city from pico.locations");
    const auto screens = read_words(connection_, "select 0, screen_id, width, height, language from pico.screens");
    const auto rows = connection_.execute(
        "select site_id, day, visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, location_id, "
        "screen_id, pageviews, events, bot, flags from pico.visits");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto site = rows.get<int>(i, 0);
      const auto id = [&](std::size_t column) { return rows.get<std::int64_t>(i, column); };
      const VisitKey key{site, rows.get<Day>(i, 1), id(2)};
      saw_day(site, std::get<1>(key));
      auto& read = visits_[key];
      read.pageviews = rows.get<int>(i, 11), read.rows = rows.get<int>(i, 12), read.flags = rows.get<int>(i, 14);
      read.counts = read.rows > 0 && rows.get<int>(i, 13) == 0;
      auto& visit = read.fact;
      visit.day = std::get<1>(key);
      visit.visitor = id(2) & -1024;
      visit.started = rows.get<Instant>(i, 3), visit.last = rows.get<Instant>(i, 4);
      visit.bounce = read.pageviews < 2 && (read.flags & 1) == 0;
      auto& values = visit.values;
      values[D::entry_hostname] = page(site, id(5)).hostname, values[D::entry_page] = page(site, id(5)).path;
      values[D::exit_hostname] = page(site, id(6)).hostname, values[D::exit_page] = page(site, id(6)).path;
      std::size_t column = 0;
      for (const auto d : {D::referrer, D::channel, D::source, D::utm_source, D::utm_medium, D::utm_campaign, D::utm_content, D::utm_term})
        values[d] = word(acquisitions, site, id(7), column++);
      column = 0;
      for (const auto d : {D::browser, D::browser_version, D::os, D::os_version, D::device}) values[d] = word(devices, 0, id(8), column++);
      column = 0;
      for (const auto d : {D::country, D::region, D::city}) values[d] = word(locations, 0, id(9), column++);
      const auto width = word(screens, 0, id(10), 0), height = word(screens, 0, id(10), 1);
      values[D::screen] = (width.empty() || (width == "0" && height == "0")) ? "" : width + "x" + height;
      values[D::language] = word(screens, 0, id(10), 2);
    }
  }

  Read* visit_of(const Rows& rows, std::size_t i) {
    saw_day(rows.get<int>(i, 0), rows.get<Day>(i, 1));
    const auto found = visits_.find({rows.get<int>(i, 0), rows.get<Day>(i, 1), rows.get<std::int64_t>(i, 2)});
    return found == visits_.end() ? nullptr : &found->second;
  }

  void read_pageviews() {
    const auto rows = connection_.execute("select site_id, day, visit_id, at, page_id, kind from pico.events");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto* visit = visit_of(rows, i);
      if (visit == nullptr) continue;
      const auto kind = static_cast<event::Kind>(rows.get<int>(i, 5));
      ++visit->seen_rows;
      if (kind == event::Kind::visible || kind == event::Kind::hashchange) visit->seen_bounce_end = true;
      if (kind != event::Kind::load && kind != event::Kind::popstate && kind != event::Kind::pushstate && kind != event::Kind::visit) continue;
      ++visit->seen_pageviews;
      visit->fact.events.push_back(
          {rows.get<Instant>(i, 3), true, "pageview", page(rows.get<int>(i, 0), rows.get<std::int64_t>(i, 4)), {}});
    }
  }

  void read_custom_events() {
    const auto names = read_words(connection_, "select 0, name_id, name from pico.event_names");
    const auto rows = connection_.execute(
        "select site_id, day, visit_id, at, page_id, name_id, interactive, properties::text from pico.event_details");
    const auto texts = connection_.execute(
        "select distinct properties::text, key, value from pico.event_details, jsonb_each_text(properties)");
    std::map<std::string, Properties> properties;
    for (std::size_t i = 0; i < texts.size(); ++i) properties[texts.get<std::string>(i, 0)][texts.get<std::string>(i, 1)] = texts.text(i, 2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto* visit = visit_of(rows, i);
      if (visit == nullptr) continue;
      if (rows.get<bool>(i, 6)) visit->seen_bounce_end = true;
      visit->fact.events.push_back({rows.get<Instant>(i, 3), false, word(names, 0, rows.get<std::int64_t>(i, 5), 0),
                                    page(rows.get<int>(i, 0), rows.get<std::int64_t>(i, 4)),
                                    rows.is_null(i, 7) ? Properties{} : properties[rows.get<std::string>(i, 7)]});
    }
  }

  void read_engagement() {
    const auto rows = connection_.execute("select site_id, day, visit_id, at, page_id, engaged_ms, scroll from pico.engagement");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto* visit = visit_of(rows, i);
      if (visit == nullptr) continue;
      visit->fact.engagement.push_back({rows.get<Instant>(i, 3), page(rows.get<int>(i, 0), rows.get<std::int64_t>(i, 4)),
                                        rows.get<std::int64_t>(i, 5), rows.get<int>(i, 6)});
    }
  }

  static void contradictions(const VisitKey& key, const Read& visit, FactSite& site) {
    const auto say = [&](const std::string& what) {
      site.contradictions.push_back("visit " + std::to_string(std::get<2>(key)) + " of " + to_string(std::get<1>(key)) + ": " + what);
    };
    if (visit.pageviews != visit.seen_pageviews) say("pageviews");
    if (visit.rows != visit.seen_rows) say("events");
    if (((visit.flags & 1) != 0) != visit.seen_bounce_end) say("what ended the bounce");
    if (site.zones.day_of(visit.fact.started) != std::get<1>(key)) say("day");
    for (const auto& event : visit.fact.events) {
      if (event.at < visit.fact.started || event.at > visit.fact.last) say("an event out of its interval");
    }
  }

  storage::Connection& connection_;
  std::map<int, std::string> domains_;
  std::map<int, FactSite> sites_;
  Words pages_;
  std::map<VisitKey, Read> visits_;
};

}  // namespace

std::map<std::string, FactSite> read_facts(storage::Connection& connection) {
  return Reader(connection).read();
}

}  // namespace pico::test
