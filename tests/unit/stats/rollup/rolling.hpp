#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "calendar.hpp"
#include "pico/core/time_zone.hpp"
#include "pico/stats/roller.hpp"
#include "pico/storage/day_changes.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "rollup/rollup_store.hpp"
#include "rollup/rollup_table.hpp"
#include "support/test_postgres.hpp"
#include "unit/stats/cube/recount.hpp"

namespace pico::stats {

using namespace std::chrono_literals;

struct SetClock final : Clock {
  [[nodiscard]] Instant now() const override { return time; }
  std::atomic<Instant> time;
};

/// A database with a site in Berlin whose facts are written as writers do: each change announced in its own transaction.
struct RollingTest : testing::Test {
  static constexpr Day first = 2026y / 10 / 24, second = 2026y / 10 / 25, third = 2026y / 10 / 26;
  static constexpr Day october = 2026y / 10 / 1, november = 2026y / 11 / 1;

  RollingTest() {
    storage::ensure_partitions(connection, std::vector<Day>{first, november, 2026y / 12 / 1});
    site = add_site("a.example", "Europe/Berlin");
    connection.execute(
        "insert into pico.devices select n, 'B' || n % 2, n, 'O' || n % 3, n / 2, '', 'D' || n % 2 from generate_series(1, 4) n;"
        "insert into pico.locations select n, 'C' || n % 2, 'R' || n % 3, 'T' || n, 0, 0 from generate_series(1, 4) n;"
        "insert into pico.screens select n, n * 100, n * 90, n, 24, '', 'l' || n / 2 from generate_series(1, 4) n");
    clock.time = Day(2026y / 11 / 20);
  }

  storage::SiteId add_site(const std::string& domain, const char* zone) {
    const auto id = storage::create_site(connection, domain, *TimeZone::find(zone));
    connection.execute("insert into pico.pages select $1, n, '2026-10-01', 'a.example', '/' || n from generate_series(1, 9) n", id);
    connection.execute(
        "insert into pico.acquisitions select $1, n, '2026-10-01', 'r' || n % 2, 'c' || n % 3, 's' || n / 2, 'm' || n, 'k', 'o', 't', "
        "'u', '' from generate_series(1, 4) n",
        id);
    return id;
  }

  /// A visit of another visitor with two pageviews, not announced.
  void insert_visit(storage::Connection& to, storage::SiteId of, Day day) {
    const auto number = ++visits;
    const auto at = Calendar::of_site(to, of).day_start(day) + 1min * (number * 7 % 1200);
    const auto word = [&](int salt) { return (number * 31 + salt) % 4 + 1; };
    to.execute(
        "insert into pico.visits (visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id, location_id,"
        " screen_id, site_id, day, pageviews, events, entry_ms, exit_ms, rev, bot, flags)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 2, 2, 0, 60000, 1, 0, 0)",
        number * 1024, at, at + 1min, word(0), number % 9 + 1, word(1), word(2), word(3), word(4), of, day);
    for (const auto& [page, when] : {std::pair<std::int64_t, Instant>{word(0), at}, {number % 9 + 1, at + 1min}}) {
      to.execute("insert into pico.events values ($1, $2, $3, $4, $5, 1, 0, 0)", number * 1024, when, page, of, day);
    }
    to.execute("insert into pico.engagement values ($1, $2, $3, $4, $5, 1500, 40)", number * 1024, at, word(0), of, day);
  }
  /// Insert and announcement in one transaction.
  void visit(storage::SiteId of, Day day, int count = 1) {
    storage::Transaction transaction(connection);
    for (int i = 0; i < count; ++i) insert_visit(connection, of, day);
    storage::announce(connection, {{of, day, std::nullopt}});
    transaction.commit();
  }

  std::size_t roll() { return roller.run_once(connection); }
  /// Of what the sql counts.
  std::int64_t number(const std::string& sql) { return watcher.execute(sql).get<std::int64_t>(0, 0); }
  Coverage coverage(Day from, Day to) { return store.coverage(watcher, site, from, to); }
  std::vector<Day> closed() { return coverage(2026y / 1 / 1, 2026y / 12 / 31).closed; }
  std::vector<Day> open() { return coverage(2026y / 1 / 1, 2026y / 12 / 31).open; }

  /// Every figure of the closed days, read by months where that can be, equals a recount of the raw rows.
  void expect_exact(storage::SiteId of) {
    storage::Transaction transaction(watcher, storage::Isolation::repeatable_read);
    const auto calendar = Calendar::of_site(watcher, of);
    const auto covered = store.coverage(watcher, of, 2026y / 1 / 1, 2026y / 12 / 31);
    EXPECT_FALSE(covered.closed.empty());
    std::vector<Recount> recounts;
    for (const auto day : covered.closed) recounts.emplace_back(watcher, of, day, calendar);
    for (const auto dimension : rolled_up_dimensions()) {
      SCOPED_TRACE(name_of({dimension}));
      Table all;
      std::map<Day, Table> days;
      store.each_day(watcher, covered, dimension, covered.first, covered.last, [&](Day day, const Table& table) { days[day] = table; });
      for (std::size_t i = 0; i < recounts.size(); ++i) {
        const auto recounted = recounts[i].by(dimension);
        EXPECT_EQ(days[covered.closed[i]], recounted) << to_string(covered.closed[i]);
        add(all, recounted);
      }
      EXPECT_LE(days.size(), recounts.size());
      EXPECT_EQ(*store.fold(watcher, covered, dimension, covered.first, covered.last), all);
    }
  }

  template <class Condition>
  void await(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 120s;
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::sleep_for(5ms);  // between looks
    }
  }
  /// Until another session waits for a lock.
  void await_waiting() {
    await([&] { return number("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") > 0; });
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection connection = database.connect(), watcher = database.connect();
  metrics::Registry registry;
  SetClock clock;
  RollerOptions options{.database = {.conninfo = database.conninfo()}, .interval = 1s, .close_after = 60min};
  Roller roller{options, registry, clock};
  RollupStore store{64u << 20, registry};
  storage::SiteId site = 0;
  std::int64_t visits = 0;
};

}  // namespace pico::stats
