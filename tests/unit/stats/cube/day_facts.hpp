#pragma once
#include <random>
#include <string>

#include "calendar.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::stats {

using namespace std::chrono_literals;

/// A database with one site in Berlin, words, and the day on which its clocks are turned back. Facts are written by SQL.
struct DayFacts {
  DayFacts() {
    site = storage::create_site(connection, "a.example", *TimeZone::find("Europe/Berlin"));
    storage::ensure_partitions(connection, std::vector<Day>{day});
    insert_words();
  }

  /// Words 1–4 of each kind, of which some agree in some texts. Facts also use 0 and 5, which are not there.
  void insert_words() {
    connection.execute(
        "insert into pico.pages values ($1, 1, '2026-10-01', 'a.example', '/'), ($1, 2, '2026-10-01', 'b.example', '/'),"
        " ($1, 3, '2026-10-01', 'a.example', '/x'), ($1, 4, '2026-10-01', 'a.example', '')",
        site);
    connection.execute(
        "insert into pico.acquisitions select $1, n, '2026-10-01', 'r' || n % 2, 'c' || n % 3, 's' || n / 2, 'm' || n,"
        " 'k' || n % 3, 'o' || n, 't' || n % 2, 'u' || n, '' from generate_series(1, 4) n",
        site);
    connection.execute(
        "insert into pico.devices select n, 'B' || n % 2, n, 'O' || n % 3, n / 2, '', 'D' || n % 2 from generate_series(1, 4) n;"
        "insert into pico.locations select n, 'C' || n % 2, 'R' || n % 3, 'T' || n, 0, 0 from generate_series(1, 4) n;"
        "insert into pico.screens select n, n % 2 * 1920, n % 2 * 1080, n, 24, '', 'l' || n / 2 from generate_series(1, 4) n;"
        "insert into pico.event_names values (1, 'signup'), (2, 'pageview'), (3, 'buy'), (4, '')");
  }

  void insert_visit(storage::Connection& to, std::int64_t id, Instant started_at, Instant last_at, int pageviews = 1,
                    int events = 1, int bot = 0, int flags = 0) {
    to.execute(
        "insert into pico.visits (visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id,"
        " location_id, screen_id, site_id, day, pageviews, events, entry_ms, exit_ms, rev, bot, flags)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 1, $14, $15)",
        id, started_at, last_at, word(), word(), word(), word(), word(), word(), site, day, pageviews, events, bot, flags);
  }
  void insert_event(storage::Connection& to, std::int64_t visit, Instant at, int kind) {
    const auto page = word();
    to.execute("insert into pico.events values ($1, $2, $3, $4, $5, $6, 0, 0)", visit, at, page, site, day, kind);
    if (kind != 0) return;
    to.execute("insert into pico.event_details values ($1, $2, $3, $4, $5, $6, true, null)", visit, at, page, word(), site, day);
  }
  void insert_engagement(storage::Connection& to, std::int64_t visit, Instant at, int engaged_ms, int scroll) {
    to.execute("insert into pico.engagement values ($1, $2, $3, $4, $5, $6, $7)", visit, at, word(), site, day, engaged_ms,
               scroll);
  }

  /// Replaces all facts of the visitor by others, of whatever kind the tables can hold, or by none.
  void rewrite(storage::Connection& to, std::int64_t visitor) {
    for (const std::string table : {"events", "event_details", "engagement", "visits"}) {
      to.execute("delete from pico." + table + " where site_id = $1 and day = $2 and visit_id & -1024 = $3", site, day, visitor);
    }
    for (int visit = 0, visits = any(4); visit < visits; ++visit) {
      const auto id = visitor + visit;
      const auto started_at = moment();
      const auto last_at = std::min(started_at + 1min * any(150), end() - 1ms);
      const bool is_missing = any(10) == 0;
      if (!is_missing) insert_visit(to, id, started_at, last_at, any(4), any(5), any(5) == 0 ? 2 : 0, any(4));
      const auto within = [&] { return started_at + 1ms * any(static_cast<int>((last_at - started_at) / 1ms) + 1); };
      for (int i = any(6); i > 0; --i) insert_event(to, id, any(4) == 0 ? last_at : within(), any(7));
      for (int i = any(5); i > 0; --i) insert_engagement(to, id, within(), any(3) * 700, any(4) * 25 - 1);
    }
  }

  int any(int below) { return std::uniform_int_distribution(0, below - 1)(random); }
  std::int64_t word() { return any(6); }
  Instant moment() { return calendar.day_start(day) + 1ms * any(static_cast<int>(25h / 1ms)); }
  [[nodiscard]] Instant end() const { return calendar.day_start(day + std::chrono::days(1)); }

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection connection = database.connect();
  std::mt19937 random{1};
  const Day day{2026y / 10 / 25};
  const Calendar calendar{*TimeZone::find("Europe/Berlin")};
  int site = 0;
};

}  // namespace pico::stats
