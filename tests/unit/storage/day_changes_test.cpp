#include "pico/storage/day_changes.hpp"

#include <gmock/gmock.h>

#include <future>

#include "pico/storage/ingest.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;

constexpr Day yesterday = 2026y / 11 / 21, today = 2026y / 11 / 22;

struct DayChangesTest : testing::Test {
  std::string one(const std::string& sql) { return std::string(other.execute(sql).text(0, 0)); }
  std::string feed() {
    return one("select string_agg(concat_ws(' ', site_id, day, coalesce(visitors::text, 'all')), ', ' order by site_id, day, visitors)"
               " from pico.feed");
  }
  /// Announces in a transaction of its own.
  void change(Connection& by, std::vector<DayChange> changes) {
    Transaction transaction(by);
    announce(by, std::move(changes));
    transaction.commit();
  }
  void close(Day day) { other.execute("update pico.site_days set closing = true where day = $1", day); }
  /// Until that many sessions of this database wait for an advisory lock.
  void await_waiting(int sessions) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (one("select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from "
               "pg_database where datname = current_database())") != std::to_string(sessions))
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection other = database.connect();
  Connection connection = database.connect();
};

TEST_F(DayChangesTest, TellTheFeedWhoChangedAndThatTheDaysHaveFacts) {
  change(connection, {{2, today, {{-1024, 2048}}}, {1, today, {{1024}}}, {1, yesterday, std::nullopt}, {3, today, {{}}}});
  EXPECT_EQ(feed(), "1 2026-11-21 all, 1 2026-11-22 {1024}, 2 2026-11-22 {-1024,2048}, 3 2026-11-22 {}");
  EXPECT_EQ(one("select string_agg(site_id || ' ' || day, ', ' order by site_id, day) from pico.site_days where not closing and not "
                "rolled"),
            "1 2026-11-21, 1 2026-11-22, 2 2026-11-22, 3 2026-11-22");
  EXPECT_EQ(one("select count(distinct xid) = 1 and min(xid::text) = (select xmin::text from pico.site_days limit 1) from pico.feed"),
            "t");
}

TEST_F(DayChangesTest, LeaveAMarkOnDaysThatAreClosedAndOnNoOthers) {
  change(connection, {{1, yesterday, {{1024}}}, {1, today, {{1024}}}});
  EXPECT_EQ(one("select count(*) from pico.rollup_marks"), "0");
  close(yesterday);
  for (int i = 0; i < 2; ++i) change(connection, {{1, yesterday, {{1024}}}, {1, today, {{1024}}}, {2, yesterday, std::nullopt}});
  EXPECT_EQ(one("select string_agg(site_id || ' ' || day, ', ') from pico.rollup_marks"), "1 2026-11-21, 1 2026-11-21")
      << "one a transaction, so that whoever repairs deletes no mark that he has not seen";
}

TEST_F(DayChangesTest, AreUndoneWithTheirTransaction) {
  {
    Transaction transaction(connection);
    announce(connection, {{1, today, {{1024}}}});
  }
  EXPECT_EQ(one("select (select count(*) from pico.feed) + (select count(*) from pico.site_days)"), "0");
}

TEST_F(DayChangesTest, KeepWhoClosesTheDayOutUntilTheyAreCommitted) {
  Transaction transaction(connection);
  announce(connection, {{1, yesterday, {{1024}}}});
  auto closer = std::async(std::launch::async, [&] {
    auto own = database.connect();
    Transaction closing(own);
    lock_day_exclusive(own, yesterday);
    own.execute("update pico.site_days set closing = true where day = $1", yesterday);
    closing.commit();
  });
  await_waiting(1);
  transaction.commit();
  closer.get();
  EXPECT_EQ(one("select closing from pico.site_days"), "t") << "it has seen the day";
  EXPECT_EQ(one("select count(*) from pico.rollup_marks"), "0");
}

TEST_F(DayChangesTest, WaitForWhoClosesTheDayAndThenMarkIt) {
  change(connection, {{1, yesterday, {{1024}}}});
  Transaction closing(other);
  lock_day_exclusive(other, yesterday);
  close(yesterday);
  auto batch = std::async(std::launch::async, [&] { change(connection, {{1, yesterday, {{2048}}}, {1, today, {{2048}}}}); });
  await_waiting(1);
  closing.commit();
  batch.get();
  EXPECT_EQ(one("select string_agg(day::text, ' ') from pico.rollup_marks"), "2026-11-21");
}

/// A change of each of so many days up to yesterday.
std::vector<DayChange> changes_of_days(int count) {
  std::vector<DayChange> changes;
  for (int i = 0; i < count; ++i) changes.push_back({1, yesterday - std::chrono::days(i), {{1024}}});
  return changes;
}

TEST_F(DayChangesTest, OfThousandsOfDaysTakeFewLocksAndKeepWhoClosesOneOutAllTheSame) {
  Transaction transaction(connection);
  announce(connection, changes_of_days(3000));
  EXPECT_LE(std::stoi(one("select count(*) from pg_locks where locktype = 'advisory'")), 100);
  for (const auto day : {yesterday, yesterday - std::chrono::days(2999)}) {
    Transaction closing(other);
    other.execute("set local lock_timeout = '50ms'");
    EXPECT_THROW(lock_day_exclusive(other, day), DatabaseError);
  }
  Transaction closing(other);
  lock_day_exclusive(other, today + std::chrono::days(31));
}

TEST_F(DayChangesTest, OfThousandsOfDaysWaitForWhoClosesOneOfThem) {
  Transaction closing(other);
  lock_day_exclusive(other, yesterday - std::chrono::days(1500));
  auto batch = std::async(std::launch::async, [&] { change(connection, changes_of_days(3000)); });
  await_waiting(1);
  closing.commit();
  batch.get();
  EXPECT_EQ(one("select count(*) from pico.site_days"), "3000");
}

TEST_F(DayChangesTest, OfTwoAtOnceWaitForNeitherTheOtherNorTheOthersDay) {
  change(connection, {{1, today, {{1024}}}});
  Transaction first(connection), second(other);
  announce(connection, {{1, today, {{1024}}}});
  announce(other, {{1, today, {{2048}}}});
  auto third = database.connect();
  Transaction closing(third);
  lock_day_exclusive(third, yesterday);
  second.commit();
  first.commit();
  EXPECT_EQ(feed(), "1 2026-11-22 {1024}, 1 2026-11-22 {1024}, 1 2026-11-22 {2048}");
}

TEST_F(DayChangesTest, LeaveTheFeedAfterTenMinutesAndTheHorizonRises) {
  trim_feed(connection);
  const auto token = one("select token from pico.feed_horizon");
  EXPECT_EQ(one("select xid from pico.feed_horizon"), "0");
  for (int visitor = 1; visitor <= 4; ++visitor) change(connection, {{1, today, {{visitor * 1024}}}});
  const auto third = one("select xid from pico.feed where visitors = '{3072}'");
  other.execute("update pico.feed set created_at = now() - interval '11 minutes' where visitors in ('{1024}', '{3072}')");
  for (int i = 0; i < 2; ++i) {
    trim_feed(connection);
    EXPECT_EQ(feed(), "1 2026-11-22 {2048}, 1 2026-11-22 {4096}");
    EXPECT_EQ(one("select xid from pico.feed_horizon"), third);
    EXPECT_EQ(one("select token from pico.feed_horizon"), token);
  }
}

TEST_F(DayChangesTest, BeginAnewUnderAnotherTokenWhenTheHorizonIsLost) {
  trim_feed(connection);
  const auto token = one("select token from pico.feed_horizon");
  other.execute("truncate pico.feed, pico.feed_horizon");  // what a crash leaves of unlogged tables
  trim_feed(connection);
  EXPECT_NE(one("select token from pico.feed_horizon"), token);
}

TEST_F(DayChangesTest, OfABatchAreThoseOfItsVisitors) {
  change(connection, {{2, yesterday, {{1024}}}});
  close(yesterday);
  Ingest ingest(database.connect());
  Ingest::Batch batch(ingest);
  batch.announce(std::array<VisitorDay, 4>{{{1, yesterday, -2048}, {1, yesterday, 1024}, {1, today, 1024}, {2, yesterday, 3072}}});
  batch.commit();
  EXPECT_EQ(feed(), "1 2026-11-21 {-2048,1024}, 1 2026-11-22 {1024}, 2 2026-11-21 {1024}, 2 2026-11-21 {3072}");
  EXPECT_EQ(one("select string_agg(site_id || ' ' || day, ', ') from pico.rollup_marks"), "2 2026-11-21");
  EXPECT_EQ(one("select count(*) from pico.site_days"), "3");
}

}  // namespace
}  // namespace pico::storage
