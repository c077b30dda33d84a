#include "cube/cube_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "pico/storage/day_changes.hpp"
#include "unit/stats/cube/day_facts.hpp"
#include "unit/stats/cube/tables.hpp"

namespace pico::stats {
namespace {

struct CubeStoreTest : testing::Test, DayFacts {
  CubeStoreTest() {
    storage::trim_feed(connection);  // makes the horizon
    for (int visitor = 1; visitor <= 10; ++visitor) change(connection, visitor * 1024);
  }

  /// Rewrites the visitor's facts in the transaction that is open on the connection, and announces it.
  void rewrite_and_announce(storage::Connection& on, std::int64_t visitor) {
    rewrite(on, visitor);
    storage::announce(on, {{.site_id = site, .day = day, .visitors = std::vector{visitor}}});
  }
  void change(storage::Connection& on, std::int64_t visitor) {
    storage::Transaction transaction(on);
    rewrite_and_announce(on, visitor);
    transaction.commit();
  }
  void expect_exact(const std::string& when) {
    const storage::Transaction transaction(reader, storage::Isolation::repeatable_read);
    const auto lease = store.lease(reader, site, day, calendar);
    expect_equal(lease.cube(), Recount(reader, site, day, calendar), when);
  }
  /// All rows of the feed have become old, and are removed.
  void trim_everything() {
    connection.execute("update pico.feed set created_at = now() - interval '11 minutes'");
    storage::trim_feed(connection);
    ASSERT_EQ(connection.execute("select count(*) from pico.feed").get<int>(0, 0), 0);
  }
  double leases(const std::string& how) { return registry.counter("picolytics_cube_leases_total", "", {{"how", how}}).Value(); }
  double loads() { return leases("loaded"); }
  double gauge(const std::string& name) { return registry.gauge(name, "").Value(); }

  metrics::Registry registry;
  CubeStore store{64 << 20, registry};
  storage::Connection reader = database.connect();
};

TEST_F(CubeStoreTest, LoadsADayOnceAndKeepsItUpToDateByTheFeed) {
  expect_exact("loaded");
  expect_exact("as it was");
  EXPECT_EQ(leases("as_is"), 1);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i) change(connection, (1 + any(20)) * 1024);
    expect_exact("round " + std::to_string(round));
  }
  EXPECT_EQ(loads(), 1);
  EXPECT_EQ(leases("refreshed"), 10);
}

TEST_F(CubeStoreTest, MissesNothingOfTransactionsThatCommitInAnotherOrder) {
  auto first = database.connect(), second = database.connect();
  storage::Transaction older(first), newer(second);
  rewrite_and_announce(first, 1024);  // gets the lower transaction id
  rewrite_and_announce(second, 2048);
  expect_exact("both open");
  newer.commit();
  expect_exact("the newer one committed");
  older.commit();
  expect_exact("the older one committed");
  EXPECT_EQ(loads(), 1);
  EXPECT_EQ(leases("refreshed"), 2);
}

TEST_F(CubeStoreTest, IgnoresWhatWasRolledBack) {
  expect_exact("loaded");
  {
    const storage::Transaction transaction(connection);
    rewrite_and_announce(connection, 1024);
  }
  change(connection, 2048);
  expect_exact("refreshed");
  EXPECT_EQ(loads(), 1);
}

TEST_F(CubeStoreTest, KeepsADayThroughTheTrimmingOfWhatItHasSeen) {
  change(connection, 1024);
  expect_exact("loaded");
  trim_everything();
  change(connection, 2048);
  expect_exact("refreshed");
  EXPECT_EQ(loads(), 1);
}

TEST_F(CubeStoreTest, LoadsADayAnewWhenTheFeedWasTrimmedBehindIt) {
  expect_exact("loaded");
  change(connection, 1024);
  trim_everything();
  expect_exact("loaded anew");
  expect_exact("as it was");
  change(connection, 2048);
  expect_exact("refreshed");
  EXPECT_EQ(loads(), 2);
  EXPECT_EQ(leases("as_is"), 1);
  EXPECT_EQ(leases("refreshed"), 1);
}

TEST_F(CubeStoreTest, LoadsADayAnewWhenALongTransactionThatItDidNotSeeWasTrimmed) {
  auto other = database.connect();
  storage::Transaction lengthy(other);
  rewrite_and_announce(other, 1024);
  change(connection, 2048);  // a higher id, so that the end of the snapshot lies behind both
  expect_exact("loaded");
  lengthy.commit();
  trim_everything();
  expect_exact("loaded anew");
  EXPECT_EQ(loads(), 2);
}

TEST_F(CubeStoreTest, GoesOnWithTheFeedWhileALongTransactionIsOpen) {
  auto other = database.connect();
  storage::Transaction lengthy(other);
  rewrite_and_announce(other, 1024);
  change(connection, 2048);
  expect_exact("loaded");
  trim_everything();  // up to a higher id than that of the open transaction, whose row is still to come
  change(connection, 3072);
  expect_exact("refreshed");
  EXPECT_EQ(loads(), 1);
  lengthy.commit();
  expect_exact("the long one committed");  // loaded: whether its row was removed cannot be told any more
}

TEST_F(CubeStoreTest, LoadsADayAnewAfterACrashOfPostgresHasEmptiedTheFeed) {
  expect_exact("loaded");
  change(connection, 1024);
  connection.execute("truncate pico.feed, pico.feed_horizon");  // what a crash does with unlogged tables
  expect_exact("without a horizon");
  expect_exact("still without");
  EXPECT_EQ(loads(), 3);
  change(connection, 2048);
  storage::trim_feed(connection);
  expect_exact("with another token");
  expect_exact("as it was");
  EXPECT_EQ(loads(), 4);
}

TEST_F(CubeStoreTest, LoadsADayAnewWhenAnythingOfItMayHaveChanged) {
  expect_exact("loaded");
  {
    storage::Transaction transaction(connection);
    rewrite(connection, 1024), rewrite(connection, 2048);
    storage::announce(connection, {{.site_id = site, .day = day, .visitors = std::nullopt}});
    transaction.commit();
  }
  expect_exact("loaded anew");
  EXPECT_EQ(loads(), 2);
}

TEST_F(CubeStoreTest, LoadsADayAnewWhenMoreVisitorsChangedThanAreWorthLookingUp) {
  expect_exact("loaded");
  storage::Transaction transaction(connection);
  rewrite(connection, 1024);
  storage::announce(connection, {{.site_id = site, .day = day, .visitors = std::vector<std::int64_t>(20'000, 1024)}});
  transaction.commit();
  expect_exact("loaded anew");
  EXPECT_EQ(loads(), 2);
}

TEST_F(CubeStoreTest, LoadsADayAnewUnderOtherHours) {
  expect_exact("loaded");
  const storage::Transaction transaction(reader, storage::Isolation::repeatable_read);
  const Calendar london(*TimeZone::find("Europe/London"));
  expect_equal(store.lease(reader, site, day, london).cube(), Recount(reader, site, day, london), "in London");
  EXPECT_EQ(loads(), 2);
}

TEST_F(CubeStoreTest, GivesAReaderWhoseSnapshotIsOlderTheNewerDayAndKeepsIt) {
  auto old_reader = database.connect();
  const storage::Transaction old(old_reader, storage::Isolation::repeatable_read);
  old_reader.execute("select pg_current_snapshot()");
  for (int visitor = 11; visitor <= 30; ++visitor) change(connection, visitor * 1024);
  expect_exact("loaded");
  {
    const auto lease = store.lease(old_reader, site, day, calendar);
    expect_equal(lease.cube(), Recount(reader, site, day, calendar), "newer than asked");
  }
  expect_exact("where it was");
  EXPECT_EQ(leases("as_is"), 2);
  change(connection, 1024);
  expect_exact("refreshed from where it was");
  EXPECT_EQ(loads(), 1);
}

TEST_F(CubeStoreTest, TellsDaysAndSitesApart) {
  const auto other_site = storage::create_site(connection, "b.example", TimeZone());
  expect_exact("loaded");
  const storage::Transaction transaction(reader, storage::Isolation::repeatable_read);
  EXPECT_TRUE(table_of(store.lease(reader, other_site, day, calendar).cube(), Dimension::none).empty());
  EXPECT_TRUE(table_of(store.lease(reader, site, day + std::chrono::days(1), calendar).cube(), Dimension::none).empty());
  EXPECT_EQ(gauge("picolytics_cubes"), 3);
}

TEST_F(CubeStoreTest, ForgetsADayWhoseLoadingFailed) {
  auto broken = database.connect();
  {
    const storage::Transaction transaction(broken, storage::Isolation::repeatable_read);
    broken.execute("alter table pico.engagement rename to away");
    EXPECT_THROW(store.lease(broken, site, day, calendar), storage::DatabaseError);
  }
  EXPECT_EQ(gauge("picolytics_cubes"), 0);
  EXPECT_EQ(gauge("picolytics_cubes_bytes"), 0);
  expect_exact("loaded");
}

TEST_F(CubeStoreTest, KeepsADayWhoseRefreshFailed) {
  expect_exact("loaded");
  for (int visitor = 1; visitor <= 10; ++visitor) change(connection, visitor * 1024);
  auto broken = database.connect();
  {
    const storage::Transaction transaction(broken, storage::Isolation::repeatable_read);
    broken.execute("alter table pico.engagement rename to away");
    EXPECT_THROW(store.lease(broken, site, day, calendar), storage::DatabaseError);
  }
  expect_exact("refreshed");
  EXPECT_EQ(loads(), 1);
}

struct CubeStoreBoundsTest : CubeStoreTest {
  /// What a day without facts takes.
  std::size_t small_cube() {
    metrics::Registry own;
    CubeStore unbounded(64 << 20, own);
    const storage::Transaction transaction(reader, storage::Isolation::repeatable_read);
    (void)unbounded.lease(reader, site, day + std::chrono::days(1), calendar);
    return static_cast<std::size_t>(own.gauge("picolytics_cubes_bytes", "").Value());
  }
  CubeStore::Lease lease(CubeStore& from, int days_later) {
    return from.lease(reader, site, day + std::chrono::days(days_later), calendar);
  }
};

TEST_F(CubeStoreBoundsTest, DropsTheLeastRecentlyUsedDayWhenMemoryIsFull) {
  const auto room = small_cube() * 5 / 2;
  CubeStore bounded(room, registry);
  const storage::Transaction transaction(reader, storage::Isolation::repeatable_read);
  for (const int days : {1, 2, 1, 3}) (void)lease(bounded, days);
  EXPECT_EQ(gauge("picolytics_cubes"), 2);
  EXPECT_LE(gauge("picolytics_cubes_bytes"), static_cast<double>(room));
  EXPECT_EQ(loads(), 3);
  (void)lease(bounded, 1);
  EXPECT_EQ(loads(), 3) << "was used after the second";
  (void)lease(bounded, 2);
  EXPECT_EQ(loads(), 4);
}

TEST_F(CubeStoreBoundsTest, NeverDropsADayThatIsLeased) {
  CubeStore tiny(1, registry);
  const storage::Transaction transaction(reader, storage::Isolation::repeatable_read);
  {
    const auto held = tiny.lease(reader, site, day, calendar);
    for (const int days : {1, 2, 3}) (void)lease(tiny, days);
    EXPECT_EQ(gauge("picolytics_cubes"), 1);
    expect_equal(held.cube(), Recount(reader, site, day, calendar), "held");
  }
  EXPECT_EQ(gauge("picolytics_cubes"), 0);
  EXPECT_EQ(gauge("picolytics_cubes_bytes"), 0);
}

/// Writers that only add visits, so that a reader can tell whether it sees less than it should.
struct CubeStoreThreadsTest : CubeStoreBoundsTest {
  void write(int writer) {
    auto own = database.connect();
    for (int i = 0; i < 60; ++i) {
      storage::Transaction transaction(own);
      const std::int64_t visitor = (1000 + writer * 1000 + i) * 1024;
      own.execute(
          "insert into pico.visits (visit_id, started_at, last_at, entry_page_id, exit_page_id, acquisition_id, device_id,"
          " location_id, screen_id, site_id, day, pageviews, events, entry_ms, exit_ms, rev, bot, flags)"
          " values ($1, $2, $2, 1, 1, 1, 1, 1, 1, $3, $4, 1, 1, 0, 0, 1, 0, 0)",
          visitor, end() - 1h, site, day);
      own.execute("insert into pico.events values ($1, $2, 1, $3, $4, 1, 0, 0)", visitor, end() - 1h, site, day);
      storage::announce(own, {{.site_id = site, .day = day, .visitors = std::vector{visitor}}});
      transaction.commit();
      if (i % 10 == 9) storage::trim_feed(own);
    }
  }
  void read(CubeStore& from, const std::atomic<bool>& stop) {
    auto own = database.connect();
    while (!stop) {
      const storage::Transaction transaction(own, storage::Isolation::repeatable_read);
      const auto visits =
          own.execute("select count(*) from pico.visits where site_id = $1 and events > 0 and bot = 0", site).get<int>(0, 0);
      (void)from.lease(own, site, day + std::chrono::days(1), calendar);  // drives out the other in a tiny store
      const auto lease = from.lease(own, site, day, calendar);
      const auto totals = table_of(lease.cube(), Dimension::none).at("");
      EXPECT_GE(totals.visits, visits);
      std::int64_t by_hour = 0;
      for (const auto& [hour, figures] : table_of(lease.cube(), Dimension::hour)) by_hour += figures.entries;
      EXPECT_EQ(by_hour, totals.entries);
    }
  }
  void run(CubeStore& from) {
    std::atomic<bool> stop = false;
    std::vector<std::thread> readers, writers;
    for (int i = 0; i < 4; ++i) readers.emplace_back([&] { read(from, stop); });
    for (int i = 0; i < 3; ++i) writers.emplace_back([&, i] { write(i); });
    for (auto& writer : writers) writer.join();
    stop = true;
    for (auto& each : readers) each.join();
    const storage::Transaction transaction(reader, storage::Isolation::repeatable_read);
    expect_equal(from.lease(reader, site, day, calendar).cube(), Recount(reader, site, day, calendar), "in the end");
  }
};

TEST_F(CubeStoreThreadsTest, IsNeverBehindAReaderHoweverManyReadAndWrite) {
  run(store);
  EXPECT_GT(leases("refreshed"), 0);
}

TEST_F(CubeStoreThreadsTest, StaysRightWhenEveryDayIsDroppedAfterUse) {
  CubeStore tiny(1, registry);
  run(tiny);
  EXPECT_GT(loads(), 2);
}

}  // namespace
}  // namespace pico::stats
