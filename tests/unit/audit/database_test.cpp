#include <gmock/gmock.h>

#include "pico/audit/audit.hpp"
#include "support/test_postgres.hpp"

namespace pico::audit {
namespace {

using test::TestDatabase;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class DatabaseAudit : public testing::Test {
 protected:
  Report search() {
    Report report;
    search_database(connection, {}, report);
    return report;
  }

  TestDatabase database = TestDatabase::migrated();
  storage::Connection connection = database.connect();
};

TEST_F(DatabaseAudit, FindsTheSchemaAsItIsDeclared) {
  const auto report = search();
  EXPECT_THAT(report.found, IsEmpty()) << "a new column must be added to src/audit/columns.txt";
  EXPECT_GT(report.columns, 100u);
}

TEST_F(DatabaseAudit, NamesAColumnAndATableThatNobodyDeclared) {
  connection.execute("alter table pico.visits add client inet; create table pico.clients (ip text)");
  EXPECT_THAT(search().found, UnorderedElementsAre(Pair("column pico.visits.client", UnorderedElementsAre(Pair("a column that columns.txt does not declare", 1))),
                                                   Pair("column pico.clients.ip", testing::SizeIs(1))));
}

TEST_F(DatabaseAudit, FindsWhatIsPlantedInTextsJsonAndBytes) {
  connection.execute("insert into pico.sites (domain, settings) values ('a.example', '{\"seen\": [\"203.0.113.7\"]}')");
  connection.execute("insert into pico.event_names (name_id, name) values (1, 'Mozilla/5.0 (X11)'), (2, 'fine')");
  connection.execute("insert into pico.dead_letters (epoch, sequence, sqlstate, payload) values (gen_random_uuid(), 1, 'x', convert_to('a 2001:db8::1 b', 'UTF8'))");
  EXPECT_THAT(search().found, UnorderedElementsAre(Pair("column pico.sites.settings", UnorderedElementsAre(Pair("an IPv4 address", 1))),
                                                   Pair("column pico.event_names.name", UnorderedElementsAre(Pair("a User-Agent", 1))),
                                                   Pair("column pico.dead_letters.payload", UnorderedElementsAre(Pair("an IPv6 address", 1)))));
}

TEST_F(DatabaseAudit, IsQuietOnVersionsInTheirColumns) {
  connection.execute(
      "insert into pico.devices (device_id, browser, browser_version, os, os_version, platform, device_type)"
      " values (1, 'Chrome', '128.0.6613.120', 'Windows', '10.0.19.45', '', '')");
  EXPECT_THAT(search().found, IsEmpty());
}

TEST_F(DatabaseAudit, LetsAddressesBeOnlyWhereASiteAsksForThem) {
  connection.execute(
      "insert into pico.sites (site_id, domain, settings) values (1, 'a.example', '{\"storeIp\": true}'), (2, 'b.example', '{\"storeIp\": false}')");
  connection.execute("insert into pico.micro_addresses values (1, 1, '203.0.113.7', '2026-11-22'), (1, 2, '2001:db8:1::1', '2026-11-22')");
  EXPECT_THAT(search().found, IsEmpty());
  connection.execute("insert into pico.micro_addresses values (1, 3, 'curl/8.1', '2026-11-22')");
  EXPECT_THAT(search().found, UnorderedElementsAre(Pair("column pico.micro_addresses.ip", UnorderedElementsAre(Pair("a User-Agent", 1)))));
  connection.execute("insert into pico.micro_addresses values (2, 1, '203.0.113.7', '2026-11-22'), (3, 1, '203.0.113.8', '2026-11-22')");
  EXPECT_EQ(search().found["column pico.micro_addresses.ip"]["an IPv4 address"], 2u) << "of a site that does not ask, and of none";
}

TEST_F(DatabaseAudit, LooksIntoEveryPartition) {
  connection.execute("create table pico.parted (a text) partition by list (a); create table pico.parted_1 partition of pico.parted default");
  connection.execute("insert into pico.parted values ('198.51.100.9')");
  EXPECT_EQ(search().found["column pico.parted.a"].at("an IPv4 address"), 1u);
}

}  // namespace
}  // namespace pico::audit
