#include "support/traffic.hpp"

#include <algorithm>
#include <future>
#include <stdexcept>

#include "pico/event/codec.hpp"
#include "pico/storage/sites.hpp"
#include "support/traffic_texts.hpp"

namespace pico::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr Day date(int year, unsigned month, unsigned day) {
  return std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day);
}

/// Mixes well enough for ids (the finaliser of SplitMix64).
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

Zones zones_of(const TrafficSite& site) {
  const auto first = *TimeZone::find(site.zone);
  std::vector<std::pair<Instant, TimeZone>> zones{{Instant{}, first}};
  if (!site.new_zone.empty()) zones.emplace_back(first.day_start(site.changed_on + days(1)), *TimeZone::find(site.new_zone));
  return Zones(std::move(zones));
}

}  // namespace

const std::vector<TrafficSite>& traffic_sites() {
  static const std::vector<TrafficSite> sites{
      {"shop.example", "Europe/Berlin", "", {},
       {{date(2025, 11, 20), date(2025, 11, 22)},
        {date(2026, 3, 28), date(2026, 3, 30)},
        {date(2026, 10, 24), date(2026, 10, 26)},
        {date(2026, 11, 12), date(2026, 11, 22)}},
       14},
      {"desi.example", "Asia/Kolkata", "", {}, {{date(2026, 11, 19), date(2026, 11, 22)}}, 8},
      {"howe.example", "Australia/Lord_Howe", "", {},
       {{date(2026, 4, 4), date(2026, 4, 6)}, {date(2026, 10, 3), date(2026, 10, 5)}, {date(2026, 11, 20), date(2026, 11, 23)}},
       7},
      {"moved.example", "America/New_York", "Europe/London", date(2026, 11, 18), {{date(2026, 11, 16), date(2026, 11, 22)}}, 8},
      {"line.example", "Pacific/Auckland", "Pacific/Honolulu", date(2026, 11, 17), {{date(2026, 11, 15), date(2026, 11, 22)}}, 8},
  };
  return sites;
}

void create_traffic_sites(storage::Connection& connection) {
  for (const auto& site : traffic_sites()) {
    const auto id = storage::create_site(connection, site.domain, *TimeZone::find(site.zone));
    if (!site.new_zone.empty()) {
      const auto then = TimeZone::find(site.zone)->day_start(site.changed_on) + 12h;
      if (!storage::set_site_time_zone(connection, site.domain, *TimeZone::find(site.new_zone), then)) throw std::runtime_error("no zone");
    }
    connection.execute(
        "insert into pico.goals (site_id, display_name, event_name, page_path) values ($1, 'Signup', 'signup', null), "
        "($1, 'Visit /pricing*', null, '/pricing*'), ($1, 'Purchase', 'purchase_100%', null), ($1, 'größe', 'größe', null), "
        "($1, 'Visit /*%*', null, '/*%*'), ($1, 'Visit /a.b*c+(d)[e]{f}|g^h$i\\j', null, '/a.b*c+(d)[e]{f}|g^h$i\\j'), "
        "($1, 'Never', 'never', null)",
        id);
  }
}

/// Whose events are being made, and where they go.
struct Traffic::Writing {
  const TrafficSite& site;
  const Zones& zones;
  std::uint64_t visitor;
  const event::Acquisition& acquisition;
  std::vector<Hit>& hits;
  std::string_view hostname, path;  ///< where the visitor is
};

void Traffic::go_on(Writing& to) {
  to.hostname = to.site.domain;
  if (chance(25)) to.hostname = chance(8) ? "" : "blog.example";
  to.path = chance(40) ? texts::paths[below(3)] : one_of(texts::paths);
}

void Traffic::hit(Writing& to, Instant at, int number) {
  using event::Kind;
  static constexpr std::array kinds{Kind::load,   Kind::load,   Kind::load,       Kind::load, Kind::load,       Kind::pushstate, Kind::popstate, Kind::visit,
                                    Kind::custom, Kind::custom, Kind::custom,     Kind::ping, Kind::engagement, Kind::engagement, Kind::engagement, Kind::engagement, Kind::engagement, Kind::engagement,
                                    Kind::hidden, Kind::hidden, Kind::visible, Kind::hashchange};
  const auto who = mixed(to.visitor);
  event::Enriched event;
  event.kind = number == 0 && !chance(15) ? Kind::load : one_of(kinds);
  event.interactive = !chance(40);
  event.at = at;
  event.day = to.zones.day_of(at);
  // An id means a visitor of one day of one site; for a few it is the same on all days and sites.
  const auto of_day = static_cast<std::uint64_t>(event.day.time_since_epoch().count()) * 64 + mixed(static_cast<std::uint64_t>(&to.site - traffic_sites().data()));
  event.visitor_id = (to.visitor % 8 == 5 ? who : mixed(who ^ of_day)) & ~std::uint64_t{1023};
  event.domain = to.site.domain;
  event.site_time_zone = to.site.zone;
  // What is not a pageview comes from the page of the last one; seldom from another, whose pageview was lost or before midnight.
  if (number == 0 || event::is_pageview(event.kind) || chance(10)) go_on(to);
  event.hostname = to.hostname, event.path = to.path;
  if (event.kind == Kind::custom) event.name = one_of(texts::event_names), event.properties = one_of(texts::properties);
  if (event.kind == Kind::engagement) {
    event.engaged_ms = chance(15) ? 0 : static_cast<std::int32_t>(below(90'000));
    event.scroll_depth = chance(30) ? std::int16_t{-1} : static_cast<std::int16_t>(below(101));
  }
  if (who % 11 == 0) event.bot = static_cast<event::Bot>(1 + who / 11 % 4);
  event.acquisition = to.acquisition;
  event.device = texts::devices[who / 64 % texts::devices.size()];
  event.location = texts::locations[who / 512 % texts::locations.size()];
  event.screen = texts::screens[who / 4096 % texts::screens.size()];
  Hit hit{at, event::shard_of(event), {}};
  event::encode(event, hit.payload);
  to.hits.push_back(std::move(hit));
}

void Traffic::visit(const TrafficSite& site, const Zones& zones, std::uint64_t visitor, Instant at, std::vector<Hit>& hits) {
  Writing to{site, zones, visitor, one_of(texts::acquisitions), hits, {}, {}};
  const int events = chance(30) ? 1 : 1 + static_cast<int>(below(7));
  for (int number = 0; number < events && at < traffic_end; ++number) {
    hit(to, at, number);
    if (!chance(12)) at += chance(15) ? 20min : std::chrono::milliseconds(1 + below(180'000));  // 0: the same millisecond again
  }
}

/// Often about the hour and the ends of the day.
Instant Traffic::start_within(Instant begin, Instant end) {
  if (chance(6)) return begin;
  if (chance(10)) return end - std::chrono::milliseconds(1 + below(600'000));
  const auto at = begin + std::chrono::milliseconds(below(static_cast<std::uint64_t>((end - begin).count())));
  return chance(10) ? std::max(begin, Instant(std::chrono::floor<std::chrono::minutes>(at) - std::chrono::minutes(at.time_since_epoch() / 1min % 30)))
                    : at;
}

std::vector<Hit> Traffic::in_time() {
  std::vector<Hit> hits;
  for (const auto& site : traffic_sites()) {
    const auto zones = zones_of(site);
    for (const auto& [first, last] : site.days) {
      for (auto day = first; day <= last; day += days(1)) {
        const auto begin = zones.day_start(day), end = zones.day_start(day + days(1));
        for (int i = 0; i < site.visitors * scale_; ++i) {
          const auto visitor = below(static_cast<std::uint64_t>(3 * site.visitors * scale_));  // returns on every third day
          const auto visits = chance(30) ? 2 + below(2) : 1;
          for (std::size_t v = 0; v < visits; ++v) visit(site, zones, visitor, start_within(begin, end), hits);
        }
      }
    }
  }
  // As two instances would hand them over: not quite in order.
  std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.at < b.at; });
  for (std::size_t i = 0; i + 8 < hits.size(); i += 8) std::shuffle(hits.begin() + static_cast<std::ptrdiff_t>(i), hits.begin() + static_cast<std::ptrdiff_t>(i) + 8, random_);
  return hits;
}

std::vector<Hit> Traffic::late() {
  std::vector<Hit> hits;
  for (const auto& site : traffic_sites()) {
    const auto zones = zones_of(site);
    for (const auto& [first, last] : site.days) {
      for (auto day = first; day <= last; day += days(1)) {
        if (!chance(60)) continue;
        const auto begin = zones.day_start(day), end = zones.day_start(day + days(1));
        for (int i = 0; i < 2 * scale_; ++i) {
          visit(site, zones, below(static_cast<std::uint64_t>(3 * site.visitors * scale_)), start_within(begin, end), hits);
        }
      }
    }
  }
  std::shuffle(hits.begin(), hits.end(), random_);
  return hits;
}

std::vector<Hit> Traffic::around(Instant moment, int visits) {
  std::vector<Hit> hits;
  for (int i = 0; i < visits; ++i) {
    const auto& site = one_of(traffic_sites());
    const auto at = moment - std::chrono::milliseconds(below(5'400'000));
    visit(site, zones_of(site), below(static_cast<std::uint64_t>(3 * site.visitors * scale_)), at, hits);
  }
  return hits;
}

struct Intake::StoppedClock final : Clock {
  [[nodiscard]] Instant now() const override { return traffic_end; }
};

Intake::Intake(const std::string& conninfo) : clock_(std::make_unique<StoppedClock>()) {
  auto opened = journal::Journal::open({.directory = folder_.path() / "journal", .segment_bytes = 1 << 20}, registry_);
  if (!opened) throw std::runtime_error(opened.error().message);
  journal_ = std::move(*opened);
  writer::Options options;
  options.database.conninfo = conninfo;
  options.hash_parts = 2;
  options.writers = 2;
  options.batch_max_events = 500;
  options.batch_max_delay = options.ping_max_delay = 10ms;
  writer_ = std::make_unique<writer::Writer>(options, *journal_, registry_, *clock_);
}

Intake::~Intake() = default;

void Intake::write(const std::vector<Hit>& hits) {
  for (std::size_t i = 0; i < hits.size();) {
    journal::GroupBuilder group;
    for (; i < hits.size() && group.records() < 300; ++i) group.add(hits[i].shard, hits[i].payload);
    std::promise<journal::Outcome> fate;
    journal_->submit(group.take([&](journal::Outcome outcome) { fate.set_value(outcome); }));
    if (fate.get_future().get() != journal::Outcome::durable) throw std::runtime_error("the journal refused a group");
  }
  if (!writer_->wait_until_committed(journal_->epoch(), journal_->durable(), 120s)) throw std::runtime_error("the writer is stuck");
  if (registry_.expose().find("picolytics_writer_dead_letters_total{") != std::string::npos) throw std::runtime_error("an event was refused");
}

}  // namespace pico::test
