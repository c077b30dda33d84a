#include "pico/storage/migrator.hpp"

#include <gmock/gmock.h>

#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Files = std::vector<EmbeddedFile>;

const EmbeddedFile first{"0001_first.sql", "create table pico.a (x int); insert into pico.a values (1);"};
const EmbeddedFile second{"0002_second.sql", "create table pico.b (x int);"};
const EmbeddedFile broken{"0002_second.sql", "create table pico.b (x int); select 1 / 0;"};

struct MigratorTest : testing::Test {
  bool exists(const std::string& table) {
    return connection.execute("select to_regclass($1) is not null", table).get<bool>(0, 0);
  }
  test::TestDatabase database = test::TestDatabase::empty();
  Connection connection = database.connect();
};

TEST_F(MigratorTest, BringsAnEmptyDatabaseUpToDate) {
  const auto applied = migrate(connection);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->size(), migrations().size());
  EXPECT_TRUE(exists("pico.visits"));
  EXPECT_THAT(*migrate(connection), IsEmpty());
}

TEST_F(MigratorTest, WritesTheFirstZonesOfSitesThatWereThereBeforeAsTheyAreWrittenNow) {
  const auto all = migrations();
  Files before(all.begin(), all.end());
  std::erase_if(before, [](const EmbeddedFile& file) { return file.name >= std::string_view("0016"); });
  ASSERT_TRUE(migrate(connection, before));
  connection.execute(
      "insert into pico.sites (site_id, domain) values (1, 'by.hand'), (2, 'by.event'), (3, 'by.both');"
      "insert into pico.site_zones values (1, '-infinity', 'Asia/Tokyo'), (1, '2026-11-22Z', 'Etc/UTC'), (2, 'epoch', 'Etc/UTC'),"
      " (3, '-infinity', 'Asia/Tokyo'), (3, 'epoch', 'Etc/UTC')");
  ASSERT_TRUE(migrate(connection));
  EXPECT_EQ(connection
                .execute("select string_agg(site_id || ' ' || extract(epoch from from_instant)::bigint || ' ' || tz, ', '"
                         " order by site_id, from_instant) from pico.site_zones")
                .text(0, 0),
            "1 0 Asia/Tokyo, 1 1795305600 Etc/UTC, 2 0 Etc/UTC, 3 0 Etc/UTC");
  EXPECT_THROW(connection.execute("insert into pico.site_zones values (2, '-infinity', 'Etc/UTC')"), DatabaseError);
}

TEST_F(MigratorTest, RunsOnlyWhatIsMissing) {
  EXPECT_THAT(*migrate(connection, Files{first}), ElementsAre(first.name));
  EXPECT_THAT(*migrate(connection, Files{first, second}), ElementsAre(second.name));
  EXPECT_EQ(connection.execute("select count(*) from pico.a").get<int>(0, 0), 1);
}

TEST_F(MigratorTest, LeavesNothingOfAMigrationThatFailed) {
  EXPECT_THROW((void)migrate(connection, Files{first, broken}), DatabaseError);
  EXPECT_TRUE(exists("pico.a"));
  EXPECT_FALSE(exists("pico.b"));
  EXPECT_THAT(*migrate(connection, Files{first, second}), ElementsAre(second.name));
}

TEST_F(MigratorTest, GoesOnAfterTheServerDiedInTheMiddle) {
  const Files suicide{first, {"0002_second.sql", "create table pico.b (x int); select pg_terminate_backend(pg_backend_pid());"}};
  EXPECT_THROW((void)migrate(connection, suicide), DatabaseError);
  connection = database.connect();
  EXPECT_FALSE(exists("pico.b"));
  EXPECT_THAT(*migrate(connection, Files{first, second}), ElementsAre(second.name));
}

TEST_F(MigratorTest, RefusesAnAlteredMigration) {
  ASSERT_TRUE(migrate(connection, Files{first}));
  const EmbeddedFile altered{first.name, "create table pico.a (x bigint);"};
  const auto result = migrate(connection, Files{altered, second});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::conflict);
  EXPECT_THAT(result.error().message, HasSubstr("0001_first.sql"));
  EXPECT_FALSE(exists("pico.b"));
}

TEST_F(MigratorTest, RefusesADatabaseNewerThanTheProgram) {
  ASSERT_TRUE(migrate(connection, Files{first, second}));
  const auto result = migrate(connection, Files{first});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::conflict);
  EXPECT_THAT(result.error().message, HasSubstr("newer"));
}

TEST_F(MigratorTest, LetsOneOfManyInstancesWork) {
  std::atomic<std::size_t> applied = 0;
  {
    std::vector<std::jthread> instances;
    for (int i = 0; i < 4; ++i) {
      instances.emplace_back([&] {
        auto own = database.connect();
        applied += migrate(own, Files{first, second})->size();
      });
    }
  }
  EXPECT_EQ(applied, 2u);
}

TEST_F(MigratorTest, LetsOthersWriteWhileItWaitsForATable) {
  ASSERT_TRUE(migrate(connection, Files{first}));
  auto writing = database.connect();
  writing.execute("set statement_timeout = '30s'");
  auto reading = database.connect();
  std::optional<Transaction> list(std::in_place, reading);
  reading.execute("select from pico.a");
  std::jthread instance([&] {
    auto own = database.connect();
    EXPECT_TRUE(migrate(own, Files{first, {"0002_second.sql", "alter table pico.a add y int;"}}));
  });
  while (connection.execute("select from pg_locks where not granted and relation = 'pico.a'::regclass").empty()) std::this_thread::yield();
  EXPECT_NO_THROW(writing.execute("insert into pico.a values (2)"));
  list.reset();
  instance.join();
  EXPECT_NO_THROW(writing.execute("insert into pico.a (x, y) values (3, 3)"));
}

TEST_F(MigratorTest, NeedsTheRightToMakeSchemasOnce) {
  const auto role = "migrating_" + database.name();
  connection.execute("create role " + role);
  connection.execute("grant create on database " + database.name() + " to " + role);
  connection.execute("set role " + role);
  ASSERT_TRUE(migrate(connection, Files{first}));
  connection.execute("reset role");
  connection.execute("revoke create on database " + database.name() + " from " + role);
  connection.execute("set role " + role);
  EXPECT_THAT(*migrate(connection, Files{first, second}), ElementsAre(second.name));
  connection.execute("reset role");
  connection.execute("drop owned by " + role + "; drop role " + role);
}

TEST(Migrations, AreNumberedWithoutGaps) {
  int expected = 0;
  for (const auto& file : migrations()) EXPECT_EQ(std::stoi(std::string(file.name.substr(0, 4))), ++expected);
  EXPECT_GE(expected, 1);
}

}  // namespace
}  // namespace pico::storage
