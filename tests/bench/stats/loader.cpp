#include "bench/stats/loader.hpp"

#include <fmt/format.h>

#include <future>
#include <map>

#include "ingest/binary.hpp"
#include "native_connection.hpp"
#include "pico/event/codec.hpp"
#include "pico/storage/day_changes.hpp"
#include "pico/storage/goals.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/storage/install.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "pico/writer/writer.hpp"
#include "support/temporary_folder.hpp"
#include "word_book.hpp"

namespace pico::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::steady_clock;
using storage::WordId;
namespace binary = storage::binary;

constexpr int leaves = storage::default_hash_parts;

template <class... Values>
void append_row(std::string& out, const Values&... values) {
  binary::append_number(out, static_cast<std::int16_t>(sizeof...(values)));
  (binary::Type<Values>::append(out, values), ...);
}

/// Days of one month that are written together.
struct Chunk {
  Day first, last;
};

/// Their rows, ready to be copied.
struct Rows {
  Day month;
  std::array<std::string, leaves> events = {}, visits = {};
  std::string details = {}, engagement = {};
  std::vector<storage::DayChange> changes = {};
};

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

Day first_day() {
  return last_day - days(days_in_all - 1);
}

class Loader {
 public:
  Loader(storage::Connection& connection, const Model& model) : connection_(connection), model_(model) {}

  void run() {
    connection_.execute("set synchronous_commit = off");
    std::vector<Day> all;
    for (auto day = first_day(); day <= last_day; day += days(1)) all.push_back(day);
    storage::ensure_partitions(connection_, all);
    find_sites();
    write_words();
    const auto parts = chunks();
    auto next = std::async(std::launch::async, [&] { return rows_of(parts[0]); });
    for (std::size_t i = 0; i < parts.size(); ++i) {  // the next rows are made while these are written
      auto rows = next.get();
      if (i + 1 < parts.size()) next = std::async(std::launch::async, [&, i] { return rows_of(parts[i + 1]); });
      copy(rows);
    }
  }

 private:
  /// Each with about a quarter of a million events: statements cost little beside that, and memory is no matter.
  [[nodiscard]] std::vector<Chunk> chunks() const {
    const auto together = std::max<std::int64_t>(1, 250'000 * days_in_all / static_cast<std::int64_t>(model_.options().events + 1));
    std::vector<Chunk> chunks;
    for (auto day = first_day(); day <= last_day; day += days(1)) {
      if (chunks.empty() || month(chunks.back().first) != month(day) || day - chunks.back().first >= days(together)) chunks.push_back({day, day});
      chunks.back().last = day;
    }
    return chunks;
  }

  void find_sites() {
    for (const auto& site : model_.sites()) {
      site_ids_.push_back(connection_.execute("select site_id from pico.sites where domain = $1", site.domain).get<int>(0, 0));
      const auto leaf = connection_.execute(
          fmt::format("select i from generate_series(0, $1 - 1) i where satisfies_hash_partition('pico.events{}'::regclass, $1, i, $2::int)",
                      month(last_day)),
          leaves, site_ids_.back());
      leaf_of_.push_back(static_cast<std::size_t>(leaf.get<int>(0, 0)));
    }
  }

  void write_words() {
    storage::Ingest ingest(*storage::Connection::open({.conninfo = conninfo()}));
    writer::WordBook book(ingest.word_key(), 1 << 20);
    std::vector<std::string> paths;
    paths.reserve(50'000);  // the book keeps views
    for (std::size_t s = 0; s < model_.sites().size(); ++s) {
      const auto& site = model_.sites()[s];
      auto& pages = pages_.emplace_back();
      for (std::size_t i = 0; i < site.pages; ++i) {
        pages.push_back(book.page(site_ids_[s], last_day, site.domain, paths.emplace_back(Model::path(i))));
      }
      auto& acquisitions = acquisitions_.emplace_back();
      for (const auto& one : model_.acquisitions()) acquisitions.push_back(book.acquisition(site_ids_[s], last_day, one));
    }
    for (const auto& one : model_.devices()) devices_.push_back(book.device(one));
    for (const auto& one : model_.locations()) locations_.push_back(book.location(one));
    for (const auto& one : model_.screens()) screens_.push_back(book.screen(one));
    for (const auto& one : Model::names()) names_.push_back(book.name(one));
    storage::Ingest::Batch batch(ingest);
    batch.write_words(book.missing());
    batch.commit();
  }

  [[nodiscard]] Rows rows_of(Chunk chunk) const {
    Rows rows{.month = chunk.first};
    for (auto day = chunk.first; day <= chunk.last; day += days(1)) add_day(day, rows);
    return rows;
  }

  void add_day(Day day, Rows& rows) const {
    std::array<std::vector<MadeVisit>, leaves> by_leaf;
    for (std::uint32_t s = 0; s < model_.sites().size(); ++s) {
      auto visits = model_.visits(s, day);
      if (!visits.empty()) rows.changes.push_back({site_ids_[s], day, std::nullopt});
      auto& leaf = by_leaf[leaf_of_[s]];
      leaf.insert(leaf.end(), std::make_move_iterator(visits.begin()), std::make_move_iterator(visits.end()));
    }
    for (std::size_t i = 0; i < leaves; ++i) {
      std::sort(by_leaf[i].begin(), by_leaf[i].end(),
                [](const MadeVisit& a, const MadeVisit& b) { return a.events[0].at < b.events[0].at; });
      add_visits(by_leaf[i], rows.visits[i]);
      add_events(by_leaf[i], rows.events[i], rows);
    }
  }

  [[nodiscard]] static std::int64_t id_of(const MadeVisit& visit) {
    return static_cast<std::int64_t>(visit.visitor | visit.ordinal);
  }

  void add_visits(const std::vector<MadeVisit>& visits, std::string& out) const {
    for (const auto& visit : visits) {
      const auto started = visit.events.front().at;
      auto last = visit.events.back().at;
      for (const auto& engagement : visit.engagement) last = std::max(last, engagement.at);
      std::int32_t pageviews = 0;
      const MadeEvent* exit = nullptr;
      for (const auto& event : visit.events) {
        if (!event.custom) ++pageviews, exit = &event;
      }
      const auto& pages = pages_[visit.site];
      append_row(out, id_of(visit), started, last, pages[visit.events.front().page], pages[exit->page],
                 acquisitions_[visit.site][visit.acquisition], devices_[visit.device], locations_[visit.location], screens_[visit.screen],
                 site_ids_[visit.site], visit.day, pageviews, static_cast<std::int32_t>(visit.events.size()), std::int32_t{0},
                 static_cast<std::int32_t>((exit->at - started).count()), static_cast<std::int16_t>(visit.ordinal == 0 ? 1 : 0),
                 static_cast<std::int16_t>(visit.bot), static_cast<std::int16_t>(visit.events.back().custom ? storage::bounce_ended : 0));
    }
  }

  void add_events(const std::vector<MadeVisit>& visits, std::string& out, Rows& rows) const {
    struct Place {
      Instant at;
      std::uint32_t visit, event;
    };
    std::vector<Place> places;
    for (std::uint32_t v = 0; v < visits.size(); ++v) {
      for (std::uint32_t e = 0; e < visits[v].events.size(); ++e) places.push_back({visits[v].events[e].at, v, e});
    }
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.at < b.at; });
    for (const auto& place : places) {
      const auto& visit = visits[place.visit];
      const auto& event = visit.events[place.event];
      const auto page = pages_[visit.site][event.page];
      const auto kind = event.custom ? event::Kind::custom : event::Kind::load;
      append_row(out, id_of(visit), event.at, page, site_ids_[visit.site], visit.day, static_cast<std::int16_t>(kind),
                 static_cast<std::int16_t>(event.custom ? 0 : 350), std::int16_t{0});
      if (!event.custom) continue;
      append_row(rows.details, id_of(visit), event.at, page, names_[event.name], site_ids_[visit.site], visit.day, true,
                 binary::Json{Model::properties});
    }
    for (const auto& visit : visits) {
      for (const auto& one : visit.engagement) {
        append_row(rows.engagement, id_of(visit), one.at, pages_[visit.site][one.page], site_ids_[visit.site], visit.day, one.engaged_ms,
                   one.scroll);
      }
    }
  }

  void copy(Rows& rows) {
    storage::Transaction transaction(connection_);
    const auto suffix = month(rows.month);
    for (std::size_t i = 0; i < leaves; ++i) {
      copy("pico.visits" + suffix + fmt::format("_h{}", i) +
               " (visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, location_id, screen_id, site_id, day, "
               "pageviews, events, entry_ms, exit_ms, rev, bot, flags)",
           rows.visits[i]);
      copy("pico.events" + suffix + fmt::format("_h{}", i) + " (visit_id, at, page_id, site_id, day, kind, load_ms, ttfb_ms)", rows.events[i]);
    }
    copy("pico.event_details" + suffix + " (visit_id, at, page_id, name_id, site_id, day, interactive, properties)", rows.details);
    copy("pico.engagement" + suffix + " (visit_id, at, page_id, site_id, day, engaged_ms, scroll)", rows.engagement);
    storage::announce(connection_, std::move(rows.changes));
    transaction.commit();
  }

  void copy(const std::string& target, const std::string& rows) {
    static constexpr std::string_view header{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
    static constexpr std::string_view trailer{"\377\377", 2};
    if (rows.empty()) return;
    PGconn* native = storage::native_connection(connection_);
    storage::expect_status(connection_, PQexec(native, ("copy " + target + " from stdin (format binary)").c_str()), PGRES_COPY_IN);
    for (const std::string_view part : {header, std::string_view(rows), trailer}) {
      PQputCopyData(native, part.data(), static_cast<int>(part.size()));
    }
    PQputCopyEnd(native, nullptr);
    auto* result = PQgetResult(native);
    while (PGresult* rest = PQgetResult(native)) PQclear(rest);
    storage::expect_status(connection_, result, PGRES_COMMAND_OK);
  }

  static std::string month(Day day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("_{:04}_{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()));
  }

  std::string conninfo() {
    return connection_
        .execute("select format('host=%s user=%s dbname=%s', split_part(current_setting('unix_socket_directories'), ',', 1), current_user, "
                 "current_database())")
        .get<std::string>(0, 0);
  }

  storage::Connection& connection_;
  const Model& model_;
  std::vector<storage::SiteId> site_ids_;
  std::vector<std::size_t> leaf_of_;
  std::vector<std::vector<WordId>> pages_, acquisitions_;  // by site
  std::vector<WordId> devices_, locations_, screens_, names_;
};

struct PresentClock final : Clock {
  [[nodiscard]] Instant now() const override { return present; }
};

/// A day of all sites as the pipeline hands it over: by time.
void submit_day(const Model& model, Day day, journal::Journal& journal) {
  struct Encoded {
    Instant at;
    std::uint8_t shard;
    std::vector<std::byte> payload;
  };
  std::vector<Encoded> all;
  for (std::uint32_t s = 0; s < model.sites().size(); ++s) {
    const auto& site = model.sites()[s];
    for (const auto& visit : model.visits(s, day)) {
      event::Enriched event;
      event.bot = visit.bot;
      event.day = day;
      event.visitor_id = visit.visitor;
      event.domain = event.hostname = site.domain;
      event.site_time_zone = site.zone.name();
      event.acquisition = model.acquisitions()[visit.acquisition];
      event.device = model.devices()[visit.device];
      event.location = model.locations()[visit.location];
      event.screen = model.screens()[visit.screen];
      const auto add = [&](Instant at, std::uint32_t page) {
        const auto path = Model::path(page);
        event.at = at;
        event.path = path;
        auto& encoded = all.emplace_back(Encoded{at, event::shard_of(event), {}});
        event::encode(event, encoded.payload);
      };
      for (const auto& made : visit.events) {
        event.kind = made.custom ? event::Kind::custom : event::Kind::load;
        event.load_ms = made.custom ? 0 : 350;
        event.name = made.custom ? std::string_view(Model::names()[made.name]) : std::string_view();
        event.properties = made.custom ? Model::properties : std::string_view();
        add(made.at, made.page);
      }
      event.kind = event::Kind::engagement, event.load_ms = 0, event.name = event.properties = {};
      for (const auto& made : visit.engagement) {
        event.engaged_ms = made.engaged_ms, event.scroll_depth = made.scroll;
        add(made.at, made.page);
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const Encoded& a, const Encoded& b) { return a.at < b.at; });
  for (std::size_t i = 0; i < all.size();) {
    journal::GroupBuilder group;
    for (; i < all.size() && group.bytes() < journal::max_group_bytes - 8192; ++i) group.add(all[i].shard, all[i].payload);
    std::promise<journal::Outcome> fate;
    journal.submit(group.take([&](journal::Outcome outcome) { fate.set_value(outcome); }));
    if (fate.get_future().get() != journal::Outcome::durable) throw std::runtime_error("the journal refused a group");
  }
}

}  // namespace

void create_sites(storage::Connection& connection, const Model& model) {
  for (const auto& site : model.sites()) {
    const auto id = storage::create_site(connection, site.domain, site.zone);
    connection.execute("insert into pico.goals (site_id, display_name, event_name) values ($1, 'signup', 'signup')", id);
  }
}

double load(storage::Connection& connection, const Model& model) {
  const auto start = steady_clock::now();
  Loader(connection, model).run();
  storage::trim_feed(connection);
  connection.execute("truncate pico.feed");  // nobody has read a day so far
  return seconds_since(start);
}

double write(const std::string& conninfo, const Model& model) {
  test::TemporaryFolder folder;
  metrics::Registry registry;
  const PresentClock clock;
  auto journal = *journal::Journal::open({.directory = folder.path(), .max_bytes = 32ull << 30}, registry);
  writer::Options options;
  options.database.conninfo = conninfo;
  writer::Writer writer(options, *journal, registry, clock);
  const auto start = steady_clock::now();
  for (auto day = first_day(); day <= last_day; day += days(1)) submit_day(model, day, *journal);
  if (!writer.wait_until_committed(journal->epoch(), journal->durable(), 1h)) throw std::runtime_error("the writer is stuck");
  return seconds_since(start);
}

void settle(storage::Connection& connection) {
  connection.execute("vacuum analyze");
  connection.execute("checkpoint");
}

}  // namespace pico::bench
