#include "pico/storage/page_counts.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <thread>

#include "fact_rows.hpp"
#include "pico/core/hash.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/retention.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto writer = "6b1f7b0e-0000-4000-8000-000000000001";

struct PageCountsTest : testing::Test {
  void add(const std::string& page, Instant hour, std::int64_t views, int shard = 0) {
    add_page_counts(connection, shard, std::vector<PageCount>{{page, hour, views}});
  }
  std::vector<HourCount> hours(std::string_view page) { return page_hours(connection, page, day, day + 24h); }
  int rows(const std::string& where = "true") { return count(connection, "pico.page_counts where " + where); }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  const Instant day = Day{2026y / 11 / 22};
};

TEST_F(PageCountsTest, AddUpOverBatchesAndShards) {
  add("/home", day + 10h, 3, 0);
  add("/home", day + 10h, 4, 0);
  add("/home", day + 10h, 5, 1);
  add("/home", day + 11h, 1, 1);
  EXPECT_THAT(hours("/home"), ElementsAre(HourCount{day + 10h, 12}, HourCount{day + 11h, 1}));
  EXPECT_EQ(rows(), 3);
}

TEST_F(PageCountsTest, ComparePagesByteByByte) {
  for (const auto* page : {"/a", "/A", "/a/", "a", R"({"x,\y"})", "/ä"}) add(page, day, 1);
  EXPECT_THAT(hours("/a"), ElementsAre(HourCount{day, 1}));
  EXPECT_THAT(hours(R"({"x,\y"})"), ElementsAre(HourCount{day, 1}));
  EXPECT_THAT(hours("/unknown"), IsEmpty());
  EXPECT_EQ(rows(), 6);
}

TEST_F(PageCountsTest, TakeThePagesThatAreAllowedToBeLongest) {
  std::string page;  // nothing that an index could compress
  for (std::size_t i = 0; page.size() < max_page_bytes; ++i) page += random_hex(1);
  page.resize(max_page_bytes);
  add(page, day, 7);
  EXPECT_THAT(hours(page), ElementsAre(HourCount{day, 7}));
}

TEST_F(PageCountsTest, StayAtTheLargestNumber) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  add("/", day, most, 0);
  add("/", day, 5, 0);
  add("/", day, 5, 1);
  EXPECT_THAT(hours("/"), ElementsAre(HourCount{day, most}));
}

TEST_F(PageCountsTest, TakeHoursOfTheFarPastAndFuture) {
  const Instant past = Day{std::chrono::year(1) / 1 / 1} + 5h, future = Day{9998y / 12 / 31} + 23h;
  add("/", past, 1);
  add("/", future, 2);
  EXPECT_THAT(page_hours(connection, "/", past, past + 1h), ElementsAre(HourCount{past, 1}));
  EXPECT_THAT(page_hours(connection, "/", future, future + 1h), ElementsAre(HourCount{future, 2}));
}

TEST_F(PageCountsTest, IncludeWhatTheTrackerCountedOfPeople) {
  const int site = create_site(connection, "example.com", TimeZone());
  ensure_partitions(connection, std::vector<Day>{2026y / 11 / 1});
  insert_page(connection, site, 1, "/path");
  insert_page(connection, site, 2, "/other");
  insert(connection, VisitRow{.site = site});
  insert(connection, VisitRow{.site = site, .id = 2048, .bot = 2});
  insert(connection, EventRow{.site = site, .at = "2026-11-22 12:00:00Z"});
  insert(connection, EventRow{.site = site, .at = "2026-11-22 12:59:59.999Z", .kind = 6});
  insert(connection, EventRow{.site = site, .at = "2026-11-22 12:30Z", .kind = 3});  // hidden: no page view
  insert(connection, EventRow{.site = site, .at = "2026-11-22 12:30Z", .page = 2});
  insert(connection, EventRow{.site = site, .visit = 2048, .at = "2026-11-22 12:30Z"});
  insert(connection, EventRow{.site = site, .at = "2026-11-22 12:30Z", .kind = 10});  // handed in by µAnalytics' API
  add("example.com/path", day + 12h, 10);
  EXPECT_THAT(hours("example.com/path"), ElementsAre(HourCount{day + 12h, 13}));
  EXPECT_THAT(hours("/path"), IsEmpty());
}

TEST_F(PageCountsTest, BelongToTheSiteWhoseHostTheyBeginWith) {
  add("example.com/x", day, 1);  // before there is such a site
  const int site = create_site(connection, "example.com", TimeZone());
  add("example.com/x", day, 2);
  add("example.com.evil/x", day, 4);
  EXPECT_EQ(rows("site_id = " + std::to_string(site)), 1);
  EXPECT_THAT(hours("example.com/x"), ElementsAre(HourCount{day, 3}));
  ASSERT_TRUE(remove_site(connection, "example.com"));
  EXPECT_THAT(hours("example.com/x"), IsEmpty());
  EXPECT_THAT(hours("example.com.evil/x"), ElementsAre(HourCount{day, 4}));
}

TEST_F(PageCountsTest, GoWithTheDaysThatAreNotKept) {
  connection.execute("insert into pico.page_counts select 0, 'p' || n, '2026-11-10Z', 0, 1 from generate_series(1, 12000) n");
  add("/", day - 2 * 24h - 1h, 1);
  add("/", day - 2 * 24h, 1);
  prune(connection, {.prune_days = 2}, day + 6h);
  EXPECT_EQ(rows(), 1);
  prune(connection, {}, day + 1000 * 24h);
  EXPECT_EQ(rows(), 1);
}

TEST_F(PageCountsTest, ShardsAreHeldByOneSessionEach) {
  auto second = database.connect();
  EXPECT_EQ(hold_shard(connection), 0);
  EXPECT_EQ(hold_shard(second), 1);
  {
    auto third = database.connect();
    EXPECT_EQ(hold_shard(third), 2);
  }
  // A session that has ended lets go of its shard.
  auto fourth = database.connect();
  const auto free_again = [&] {
    return connection.execute("select count(*) from pg_locks where locktype = 'advisory' and objid = 2").get<int>(0, 0) == 0;
  };
  while (!free_again()) std::this_thread::yield();
  EXPECT_EQ(hold_shard(fourth), 2);
}

TEST_F(PageCountsTest, MoreWritersThanShardsShareThem) {
  std::vector<Connection> writers;
  for (int i = 0; i < max_shards; ++i) hold_shard(writers.emplace_back(database.connect()));
  const auto shard = hold_shard(connection);
  EXPECT_GE(shard, 0);
  EXPECT_LT(shard, max_shards);
}

TEST_F(PageCountsTest, ABatchIsCountedOnce) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    Transaction transaction(connection);
    if (!begin_count_batch(connection, writer, 1)) continue;
    add("/", day, 1);
    transaction.commit();
  }
  EXPECT_THAT(hours("/"), ElementsAre(HourCount{day, 1}));
  Transaction transaction(connection);
  EXPECT_TRUE(begin_count_batch(connection, writer, 2));
}

TEST_F(PageCountsTest, ASecondAttemptWaitsForTheFirst) {
  auto second = database.connect();
  bool again = true;
  std::thread thread;
  {
    Transaction transaction(connection);
    ASSERT_TRUE(begin_count_batch(connection, writer, 1));
    add("/", day, 1);
    thread = std::thread([&] {
      Transaction retry(second);
      again = begin_count_batch(second, writer, 1);
    });
    auto watcher = database.connect();
    const auto waiting = [&] {
      return watcher.execute("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").get<int>(0, 0) > 0;
    };
    while (!waiting()) std::this_thread::yield();
    transaction.commit();
  }
  thread.join();
  EXPECT_FALSE(again);
}

TEST_F(PageCountsTest, StoppedWritersAreForgotten) {
  for (const auto* old : {writer, "6b1f7b0e-0000-4000-8000-000000000002"}) ASSERT_TRUE(begin_count_batch(connection, old, 1));
  connection.execute("insert into pico.count_batches values ('6b1f7b0e-0000-4000-8000-000000000003', 1, now() - interval '8 days')");
  forget_count_batches(connection, writer);
  EXPECT_EQ(connection.execute("select right(writer::text, 1) from pico.count_batches").text(0, 0), "2");
  EXPECT_EQ(count(connection, "pico.count_batches"), 1);
}

}  // namespace
}  // namespace pico::storage
