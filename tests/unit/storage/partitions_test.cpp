#include "pico/storage/partitions.hpp"

#include <gmock/gmock.h>

#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct PartitionsTest : testing::Test {
  void insert_event(const std::string& day, const std::string& at, int site = 1) {
    connection.execute("insert into pico.events values (1024, $1, 1, $2, $3, 1, 0, 0)", at, site, day);
  }
  std::vector<std::string> texts(const std::string& query) {
    const auto rows = connection.execute(query);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(rows.get<std::string>(i, 0));
    return out;
  }
  std::vector<std::string> months_of(const std::string& table) {
    return texts("select relname from pg_inherits join pg_class on oid = inhrelid where inhparent = 'pico." + table +
                 "'::regclass order by 1");
  }
  std::string plan(const std::string& query) {
    std::string all;
    for (const auto& line : texts("explain " + query)) all += line + "\n";
    return all;
  }
  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
};

TEST_F(PartitionsTest, TakeFactsOfAnyDayThatWasAskedFor) {
  EXPECT_THROW(insert_event("2020-02-29", "2020-02-29 12:00Z"), DatabaseError);
  ensure_partitions(connection, std::vector<Day>{2020y / 2 / 29, 2020y / 2 / 1, 2021y / 1 / 1});
  insert_event("2020-02-29", "2020-02-29 12:00Z");
  insert_event("2021-01-01", "2020-12-31 12:00Z");  // a site far east of Greenwich
  EXPECT_THAT(months_of("events"), ElementsAre("events_2020_02", "events_2021_01"));
  for (const std::string table : {"visits", "event_details", "engagement", "micro_visits"}) {
    EXPECT_THAT(months_of(table), ElementsAre(table + "_2020_02", table + "_2021_01"));
  }
}

TEST_F(PartitionsTest, AreMadeFromLastMonthToThreeAhead) {
  ensure_partitions_ahead(connection, 2026y / 11 / 30);
  EXPECT_THAT(months_of("visits"),
              ElementsAre("visits_2026_10", "visits_2026_11", "visits_2026_12", "visits_2027_01", "visits_2027_02"));
}

TEST_F(PartitionsTest, AreLeftAloneWhenTheyExist) {
  ensure_partitions_ahead(connection, 2026y / 11 / 30);
  const auto before = texts("select max(oid)::text from pg_class");
  ensure_partitions_ahead(connection, 2026y / 11 / 1);
  EXPECT_EQ(texts("select max(oid)::text from pg_class"), before);
}

TEST_F(PartitionsTest, SplitAMonthBySite) {
  ensure_partitions(connection, std::vector<Day>{2026y / 11 / 1});
  for (int site = 1; site <= 50; ++site) insert_event("2026-11-02", "2026-11-02 12:00Z", site);
  EXPECT_EQ(texts("select tableoid::regclass::text from pico.events group by 1").size(), 8u);
  EXPECT_THAT(texts("select tableoid::regclass::text from pico.events where site_id = 1"),
              ElementsAre(testing::StartsWith("events_2026_11_h")));
}

TEST_F(PartitionsTest, AreNotSplitOnADistributedPostgres) {
  ensure_partitions(connection, std::vector<Day>{2026y / 11 / 1}, 1);
  insert_event("2026-11-02", "2026-11-02 12:00Z");
  EXPECT_THAT(texts("select tableoid::regclass::text from pico.events"), ElementsAre("events_2026_11"));
}

TEST_F(PartitionsTest, HaveTheStorageSettingsOfTheirTable) {
  ensure_partitions(connection, std::vector<Day>{2026y / 11 / 1});
  EXPECT_THAT(texts("select array_to_string(reloptions, ' ') from pg_class where relname = 'visits_2026_11_h3'"),
              ElementsAre("fillfactor=95 autovacuum_vacuum_scale_factor=0.02"));
  EXPECT_THAT(texts("select count(*)::text from pg_indexes where tablename in ('events_2026_11_h0', 'visits_2026_11_h0')"),
              ElementsAre("3"));
}

TEST_F(PartitionsTest, AreLeftOutByQueriesThatNameOnlyInstants) {
  ensure_partitions_ahead(connection, 2026y / 11 / 15);
  for (const std::string column : {"events where at", "visits where started_at", "visits where last_at"}) {
    const auto text = plan("select count(*) from pico." + column + " >= '2026-11-10Z'");
    EXPECT_THAT(text, Not(HasSubstr("2026_10"))) << column;
    EXPECT_THAT(text, HasSubstr("2026_11_h7")) << column;
  }
}

TEST_F(PartitionsTest, CanBeMadeByManyInstancesAtOnce) {
  {
    std::vector<std::jthread> instances;
    for (int i = 0; i < 4; ++i) {
      instances.emplace_back([&] {
        auto own = database.connect();
        ensure_partitions_ahead(own, 2026y / 11 / 15);
      });
    }
  }
  EXPECT_EQ(months_of("events").size(), 5u);
}

TEST_F(PartitionsTest, AreMadeWhileAWriterHoldsTheTable) {
  ensure_partitions(connection, std::vector<Day>{2026y / 11 / 1});
  auto writer = database.connect();
  Transaction transaction(writer);
  writer.execute("insert into pico.events values (1024, '2026-11-02Z', 1, 1, '2026-11-02', 1, 0, 0)");
  ensure_partitions(connection, std::vector<Day>{2026y / 12 / 1});
  transaction.commit();
  EXPECT_EQ(months_of("events").size(), 2u);
}

TEST_F(PartitionsTest, AreDroppedOnceTheirWholeMonthIsPast) {
  ensure_partitions(connection, std::vector<Day>{2025y / 12 / 1, 2026y / 1 / 1, 2026y / 2 / 1});
  EXPECT_THAT(drop_partitions_before(connection, 2025y / 12 / 31), IsEmpty());
  EXPECT_EQ(drop_partitions_before(connection, 2026y / 1 / 31).size(), 5u);
  EXPECT_EQ(drop_partitions_before(connection, 2026y / 2 / 1).size(), 5u);
  EXPECT_THAT(months_of("events"), ElementsAre("events_2026_02"));
  EXPECT_THAT(months_of("engagement"), ElementsAre("engagement_2026_02"));
}

TEST_F(PartitionsTest, AreDroppedWhenAReaderThatHeldThemUpLetsGo) {
  ensure_partitions(connection, std::vector<Day>{2025y / 12 / 1});
  auto reader = database.connect();
  auto transaction = std::make_unique<Transaction>(reader);
  reader.execute("select count(*) from pico.events");
  std::jthread dropper([&] {
    auto own = database.connect();
    EXPECT_EQ(drop_partitions_before(own, 2026y / 1 / 1).size(), 5u);
  });
  // The drop waits behind the reader, gives up after its second and tries again.
  while (connection.execute("select 1 from pg_locks where not granted").empty()) std::this_thread::yield();
  while (!connection.execute("select 1 from pg_locks where not granted").empty()) std::this_thread::yield();
  transaction.reset();
  dropper.join();
  EXPECT_THAT(months_of("events"), IsEmpty());
}

}  // namespace
}  // namespace pico::storage
