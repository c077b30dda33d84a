#include "pico/storage/retention.hpp"

#include <gmock/gmock.h>

#include "fact_rows.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;

struct RetentionTest : testing::Test {
  void SetUp() override {
    site = create_site(connection, "example.com", TimeZone());
    ensure_partitions(connection, std::vector<Day>{2026y / 9 / 1, 2026y / 10 / 1, 2026y / 11 / 1});
    insert_page(connection, site, 1, "/old", "2026-09-01");
    insert_page(connection, site, 2, "/new", "2026-11-01");
  }
  /// A visit with one event at noon of that day.
  void visit_on(const std::string& day, std::int64_t id = 1024, int bot = 0, int of_site = 0) {
    const int to = of_site != 0 ? of_site : site;
    insert(connection,
           VisitRow{.site = to, .id = id, .day = day, .started_at = day + " 12:00Z", .last_at = day + " 12:00Z", .bot = bot});
    insert(connection, EventRow{.site = to, .visit = id, .day = day, .at = day + " 12:00Z"});
    insert_custom(connection, EventRow{.site = to, .visit = id, .day = day, .at = day + " 12:00Z"}, 1);
  }
  /// The visits with their events and revisions.
  std::string summaries() {
    return connection.execute("select string_agg(visit_id || ' ' || events || ' ' || rev, ', ' order by visit_id) from pico.visits").get<std::string>(0, 0);
  }
  int visits(const std::string& where = "true") { return count(connection, "pico.visits where " + where); }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  int site = 0;
  const Instant now = Day{2026y / 11 / 22} + 6h;
};

TEST_F(RetentionTest, KeepsEverythingForEverWhenOff) {
  visit_on("2026-09-10");
  const auto pruned = prune(connection, {}, now);
  EXPECT_EQ(pruned.partitions + pruned.visits + pruned.words, 0u);
  EXPECT_EQ(visits(), 1);
}

TEST_F(RetentionTest, DropsWholeMonthsAndDeletesTheDaysBeforeTheLimit) {
  visit_on("2026-09-10");
  visit_on("2026-10-22");
  visit_on("2026-10-23");  // 30 days before today
  visit_on("2026-11-22");
  const auto pruned = prune(connection, {.prune_days = 30}, now);
  EXPECT_EQ(pruned.partitions, 5u);  // September of five tables
  EXPECT_EQ(pruned.visits, 1u);
  for (const std::string table : {"visits", "event_details"}) {
    EXPECT_EQ(count(connection, "pico." + table), 2) << table;
    EXPECT_EQ(count(connection, "pico." + table + " where day < '2026-10-23'"), 0) << table;
  }
  EXPECT_EQ(count(connection, "pico.events"), 4);
}

TEST_F(RetentionTest, CollectsTheWordsOfTheMonthsThatAreGone) {
  EXPECT_EQ(prune(connection, {.prune_days = 30}, now).words, 1u);
  EXPECT_EQ(connection.execute("select path from pico.pages").text(0, 0), "/new");
}

TEST_F(RetentionTest, TakesAlongWhatAForeignApiHandedInAndItsAddresses) {
  const auto hand_in = [&](const std::string& day, int who) {
    connection.execute("insert into pico.micro_visits values (1024, $1::date + time '12:00', $2, 1, 1, 1, $3, $1::date, 0)", day, who, site);
    connection.execute("insert into pico.micro_addresses values ($1, $2, 'address', $3)", site, who, day);
  };
  visit_on("2026-11-10");
  visit_on("2026-11-20");
  hand_in("2026-09-10", 1);  // a month that is dropped
  hand_in("2026-11-10", 2);  // with its visit
  hand_in("2026-11-11", 3);  // whose visit is not there
  hand_in("2026-11-20", 4);
  prune(connection, {.prune_days = 7}, now);
  EXPECT_EQ(connection.execute("select string_agg(who::text, ' ') from pico.micro_visits").text(0, 0), "4");
  EXPECT_EQ(connection.execute("select string_agg(who::text, ' ') from pico.micro_addresses").text(0, 0), "4");
}

TEST_F(RetentionTest, CountsDaysInTheZoneOfTheSite) {
  const int far_west = create_site(connection, "west.com", *TimeZone::find("Pacific/Pago_Pago"));  // there it is still the 21st
  visit_on("2026-11-20");
  visit_on("2026-11-20", 1024, 0, far_west);
  EXPECT_EQ(prune(connection, {.prune_days = 1}, now).visits, 1u);
  EXPECT_EQ(visits("site_id = " + std::to_string(far_west)), 1);
}

TEST_F(RetentionTest, DeletesManyVisitsInSmallTransactions) {
  connection.execute(
      "insert into pico.visits select n * 1024, '2026-11-01Z', '2026-11-01Z', 1, 1, 1, 1, 1, 1, $1, '2026-11-01', 1, 1, 0, 0, 1, "
      "0, 0"
      " from generate_series(1, 50000) n",
      site);
  connection.execute(
      "insert into pico.events select n * 1024, '2026-11-01Z', 1, $1, '2026-11-01', 1, 0, 0 from generate_series(1, 50000) n",
      site);
  const auto transaction = [&] { return connection.execute("select txid_current()").get<std::int64_t>(0, 0); };
  const auto before = transaction();
  EXPECT_EQ(prune(connection, {.prune_days = 7}, now).visits, 50000u);
  EXPECT_GT(transaction(), before + 3);
  EXPECT_EQ(count(connection, "pico.events"), 0);
}

TEST_F(RetentionTest, PrunesBotsEarlierThanPeople) {
  visit_on("2026-11-10", 1024, 0);
  visit_on("2026-11-10", 2048, 2);
  visit_on("2026-11-20", 2048, 2);
  for (const int visit : {1024, 2048})
    connection.execute("insert into pico.micro_visits values ($1, '2026-11-10 12:00Z', 1, 1, 1, 1, $2, '2026-11-10', 0)", visit, site);
  EXPECT_EQ(prune(connection, {.bot_prune_days = 7}, now).visits, 1u);
  EXPECT_EQ(connection.execute("select string_agg(visit_id::text, ' ') from pico.micro_visits").text(0, 0), "1024");
  EXPECT_EQ(visits("bot = 0"), 1);
  EXPECT_EQ(visits("bot <> 0 and day = '2026-11-20'"), 1);
  EXPECT_EQ(count(connection, "pico.events where visit_id = 2048 and day = '2026-11-10'"), 0);
  EXPECT_EQ(count(connection, "pico.events where visit_id = 1024"), 2);
}

TEST_F(RetentionTest, DeletesFactsWhoseVisitIsNotThere) {
  insert(connection, EventRow{.site = site, .day = "2026-11-01", .at = "2026-11-01 12:00Z"});
  prune(connection, {.prune_days = 7}, now);
  EXPECT_EQ(count(connection, "pico.events"), 0);
}

/// What is kept of days beside their facts.
struct RetentionOfRollupsTest : RetentionTest {
  void SetUp() override {
    RetentionTest::SetUp();
    for (const auto* day : {"2026-09-10", "2026-10-22", "2026-10-23", "2026-11-22"}) {
      visit_on(day);
      connection.execute("insert into pico.site_days values ($1, $2, true, true)", site, day);
      connection.execute("insert into pico.rollups values ($1, 0, $2, 1, '')", site, day);
      connection.execute("insert into pico.rollup_marks values ($1, $2)", site, day);
    }
    for (const auto* month : {"2026-09-01", "2026-10-01", "2026-11-01"})
      connection.execute("insert into pico.rollups values ($1, 1, $2, 1, '')", site, month);
    connection.execute("insert into pico.rollup_versions values ($1, 5)", site);
  }
  std::string list(const std::string& column, const std::string& from) {
    const auto rows = connection.execute("select string_agg(c, ' ' order by c) from (select " + column + " as c from " + from + ") t");
    return std::string(rows.text(0, 0));
  }
};

TEST_F(RetentionOfRollupsTest, RemovesWhatIsKeptOfTheDaysThatGoAndOfTheirMonths) {
  prune(connection, {.prune_days = 30}, now);
  EXPECT_EQ(list("day::text", "pico.site_days"), "2026-10-23 2026-11-22");
  EXPECT_EQ(list("distinct day::text", "pico.rollup_marks"), "2026-10-23 2026-11-22");
  EXPECT_EQ(list("start::text", "pico.rollups where period = 0"), "2026-10-23 2026-11-22");
  EXPECT_EQ(list("start::text", "pico.rollups where period = 1"), "2026-11-01") << "October has lost a day";
  EXPECT_EQ(count(connection, "pico.rollup_versions where version > 5"), 1);
}

TEST_F(RetentionOfRollupsTest, AnnouncesEveryDayThatItTouches) {
  visit_on("2026-11-10", 4096, 2);
  prune(connection, {.prune_days = 30, .bot_prune_days = 7}, now);
  EXPECT_EQ(list("distinct day || coalesce(visitors::text, ' all')", "pico.feed"),
            "2026-09-10 all 2026-10-22 all 2026-10-22{1024} 2026-11-10 all 2026-11-10{4096}");
}

TEST_F(RetentionOfRollupsTest, MarksAClosedDayThatLosesBotsAndForgetsOneThatLosesAll) {
  connection.execute("delete from pico.rollup_marks");
  visit_on("2026-10-23", 4096, 2);
  visit_on("2026-10-30", 4096, 2);
  connection.execute("insert into pico.site_days values ($1, '2026-10-30', true, true)", site);
  prune(connection, {.bot_prune_days = 7}, now);
  EXPECT_EQ(list("day::text", "pico.rollup_marks"), "2026-10-23");
  EXPECT_EQ(count(connection, "pico.site_days where day = '2026-10-30'"), 0);
}

TEST_F(RetentionOfRollupsTest, ForgetsADayWhoseFactsWereGoneBefore) {
  connection.execute("delete from pico.visits; delete from pico.events; delete from pico.event_details");
  prune(connection, {.prune_days = 30}, now);
  EXPECT_EQ(list("day::text", "pico.site_days"), "2026-10-23 2026-11-22");
}

TEST_F(RetentionTest, LeavesTheHeadOfAVisitorWhoWasABotOnlyAtFirst) {
  visit_on("2026-11-10", 2048, 4);
  visit_on("2026-11-10", 2049, 4);
  visit_on("2026-11-10", 2050, 0);
  prune(connection, {.bot_prune_days = 7}, now);
  EXPECT_EQ(summaries(), "2048 0 2, 2050 1 1")
      << "the head counts nowhere and has a new revision";
  EXPECT_EQ(count(connection, "pico.events where visit_id <> 2050"), 0);
}

TEST_F(RetentionTest, GivesADayThatLosesALaterVisitOfABotANewRevision) {
  visit_on("2026-11-10", 2048, 0);
  visit_on("2026-11-10", 2049, 4);
  visit_on("2026-11-10", 4096, 0);
  prune(connection, {.bot_prune_days = 7}, now);
  EXPECT_EQ(summaries(), "2048 1 2, 4096 1 1")
      << "a writer that holds the first as it was has to read it again";
}

TEST_F(RetentionTest, NeverSplitsAVisitorsDayOverTwoTransactions) {
  connection.execute(
      "insert into pico.visits select (n / 3 + 1) * 1024 + n % 3, '2026-11-01Z', '2026-11-01Z', 1, 1, 1, 1, 1, 1, $1, '2026-11-01', 1, "
      "1, 0, 0, 1, 0, 0 from generate_series(0, 29999) n",
      site);
  prune(connection, {.prune_days = 7}, now);
  EXPECT_EQ(visits(), 0);
  EXPECT_EQ(count(connection, "(select unnest(visitors) v from pico.feed group by v having count(*) > 1) twice"), 0);
  EXPECT_GT(count(connection, "pico.feed where visitors is not null"), 1);
}

}  // namespace
}  // namespace pico::storage
