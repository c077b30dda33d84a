#include "pico/storage/sites.hpp"

#include <gmock/gmock.h>

#include "fact_rows.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/recent_events.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

struct SitesTest : testing::Test {
  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  const TimeZone berlin = *TimeZone::find("Europe/Berlin");
  const TimeZone utc;
  const Instant noon = Day{2026y / 11 / 22} + 12h;
};

TEST_F(SitesTest, AreCreatedOnceHoweverManyTry) {
  std::array<int, 4> ids{};
  {
    std::vector<std::jthread> instances;
    for (auto& id : ids) {
      instances.emplace_back([&] {
        auto own = database.connect();
        id = create_site(own, "example.com", berlin);
      });
    }
  }
  for (const int id : ids) EXPECT_EQ(id, ids[0]);
  const auto sites = list_sites(connection);
  ASSERT_THAT(sites, SizeIs(1));
  EXPECT_EQ(sites[0].domain, "example.com");
  EXPECT_EQ(sites[0].time_zone(noon), "Europe/Berlin");
  EXPECT_EQ(sites[0].site_id, ids[0]);
}

TEST_F(SitesTest, KeepTheirZoneWhenCreatedAgain) {
  create_site(connection, "example.com", berlin);
  create_site(connection, "example.com", utc);
  EXPECT_EQ(list_sites(connection).at(0).time_zone(noon), "Europe/Berlin");
}

TEST_F(SitesTest, ChangeTheirZoneAtTheirNextMidnight) {
  create_site(connection, "example.com", berlin);
  const auto midnight = Day{2026y / 11 / 22} + 23h;
  EXPECT_EQ(*set_site_time_zone(connection, "example.com", utc, noon), midnight);
  EXPECT_EQ(list_sites(connection).at(0).time_zone(midnight - 1ms), "Europe/Berlin");
  EXPECT_EQ(list_sites(connection).at(0).time_zone(midnight), utc.name());
}

TEST_F(SitesTest, AreListedWithTheZonesTheyHadAndTheOneToCome) {
  create_site(connection, "example.com", berlin);
  const auto first = *set_site_time_zone(connection, "example.com", *TimeZone::find("Asia/Tokyo"), noon);
  const auto second = *set_site_time_zone(connection, "example.com", utc, noon + 48h);
  const auto site = list_sites(connection).at(0);
  ASSERT_THAT(site.zones, SizeIs(3));
  EXPECT_EQ(site.zones[1].from, first);
  EXPECT_EQ(site.zones[2].from, second);
  for (const auto& zones :
       {zones_as_known(site.site_id, site.zones), *known_zones(site.domain, site.zones), zones_of_site(connection, site.site_id)}) {
    EXPECT_EQ(zones.at(Instant(Day(1970y / 1 / 1))).name(), "Europe/Berlin");
    EXPECT_EQ(zones.at(first - 1ms).name(), "Europe/Berlin");
    EXPECT_EQ(zones.at(first).name(), "Asia/Tokyo");
    EXPECT_EQ(zones.at(second).name(), utc.name());
  }
}

TEST_F(SitesTest, ChangeTheirZoneOnlyWhenAllServersCanHaveHeardOfIt) {
  create_site(connection, "example.com", utc);
  const auto midnight = Instant(Day{2026y / 11 / 23});
  EXPECT_EQ(*set_site_time_zone(connection, "example.com", berlin, midnight - zone_notice - 1ms), midnight);
  // Too near to be taken back, too: the next one then is a midnight of Berlin.
  const auto next = *set_site_time_zone(connection, "example.com", utc, midnight - zone_notice);
  EXPECT_EQ(next, midnight + 23h);
  const auto site = list_sites(connection).at(0);
  EXPECT_EQ(site.time_zone(midnight), "Europe/Berlin");
  EXPECT_EQ(site.time_zone(next), utc.name());
}

TEST_F(SitesTest, WithAZoneThatThisSystemDoesNotKnowAreNamedOrCountAsUtc) {
  const int id = create_site(connection, "example.com", berlin);
  connection.execute("update pico.site_zones set tz = 'Europe/Atlantis'");
  const auto site = list_sites(connection).at(0);
  EXPECT_EQ(site.time_zone(noon), "Europe/Atlantis");
  EXPECT_EQ(zones_as_known(id, site.zones).at(noon).name(), utc.name());
  EXPECT_EQ(zones_of_site(connection, id).at(noon).name(), utc.name());
  for (const auto& error : {known_zones(site.domain, site.zones).error(), set_site_time_zone(connection, "example.com", utc, noon).error()}) {
    EXPECT_EQ(error.code, Errc::invalid);
    EXPECT_THAT(error.message, testing::HasSubstr("the site example.com has the time zone Europe/Atlantis: "));
  }
}

TEST_F(SitesTest, KeepAddressesOnlyWhileTheyAreAskedTo) {
  const int site = create_site(connection, "example.com", utc), other = create_site(connection, "other.com", utc);
  EXPECT_FALSE(list_sites(connection).at(0).store_ip);
  ASSERT_TRUE(set_store_ip(connection, "example.com", true));
  ASSERT_TRUE(set_store_ip(connection, "other.com", true));
  EXPECT_TRUE(list_sites(connection).at(0).store_ip);
  for (const int of : {site, other})
    connection.execute("insert into pico.micro_addresses select $1, n, 'address', '2026-11-22' from generate_series(1, 20001) n", of);
  ASSERT_TRUE(set_store_ip(connection, "example.com", false));
  EXPECT_FALSE(list_sites(connection).at(0).store_ip);
  EXPECT_EQ(count(connection, "pico.micro_addresses where site_id = " + std::to_string(site)), 0);
  EXPECT_EQ(count(connection, "pico.micro_addresses where site_id = " + std::to_string(other)), 20001);
  EXPECT_EQ(set_store_ip(connection, "absent.com", false).error().code, Errc::not_found);
}

TEST_F(SitesTest, StopKeepingAddressesOnceWhoeverWritesSomeHasCommitted) {
  const int site = create_site(connection, "example.com", utc);
  ASSERT_TRUE(set_store_ip(connection, "example.com", true));
  auto writer = database.connect();
  auto batch = std::make_unique<Transaction>(writer);
  hold_sites(writer);
  writer.execute("insert into pico.micro_addresses values ($1, 1, 'address', '2026-11-22')", site);
  std::jthread setter([&] {
    auto own = database.connect();
    EXPECT_TRUE(set_store_ip(own, "example.com", false));
  });
  while (connection.execute("select from pg_locks where not granted").empty()) std::this_thread::yield();
  batch->commit();
  batch.reset();
  setter.join();
  EXPECT_EQ(count(connection, "pico.micro_addresses"), 0);
}

TEST_F(SitesTest, ForgetAChangeOfZoneThatIsChangedBeforeMidnight) {
  create_site(connection, "example.com", berlin);
  ASSERT_TRUE(set_site_time_zone(connection, "example.com", utc, noon));
  ASSERT_TRUE(set_site_time_zone(connection, "example.com", *TimeZone::find("Asia/Tokyo"), noon + 1h));
  EXPECT_EQ(list_sites(connection).at(0).time_zone(noon + 240h), "Asia/Tokyo");
  EXPECT_EQ(count(connection, "pico.site_zones"), 2);
}

TEST_F(SitesTest, ThatDoNotExistAreReportedSo) {
  EXPECT_EQ(set_site_time_zone(connection, "absent.com", utc, noon).error().code, Errc::not_found);
  EXPECT_EQ(remove_site(connection, "absent.com").error().code, Errc::not_found);
}

TEST_F(SitesTest, GoWithAllTheirFactsAndWords) {
  ensure_partitions(connection, std::vector<Day>{2026y / 10 / 1, 2026y / 11 / 1});
  const int removed = create_site(connection, "removed.com", utc);
  const int kept = create_site(connection, "kept.com", utc);
  for (const int site : {removed, kept}) {
    insert(connection, VisitRow{.site = site});
    insert(connection, EventRow{.site = site});
    insert(connection,
           EventRow{.site = site, .visit = 2048, .day = "2026-10-05", .at = "2026-10-05Z"});  // its visit is not there
    insert_custom(connection, EventRow{.site = site}, 1);
    insert_page(connection, site, 1, "/");
    connection.execute("insert into pico.opt_outs values ($1, '2026-11-22', 3)", site);
  }
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  for (const std::string table : {"visits", "events", "event_details", "pages", "opt_outs", "sites", "site_zones"}) {
    const auto of_site = [&](int site) {
      return count(connection, "pico." + table + " where site_id = " + std::to_string(site));
    };
    EXPECT_EQ(of_site(removed), 0) << table;
    EXPECT_GT(of_site(kept), 0) << table;
  }
}

TEST_F(SitesTest, ShowAVisitorsLatestEvents) {
  ensure_partitions(connection, std::vector<Day>{2026y / 11 / 1});
  const int site = create_site(connection, "example.com", utc);
  insert_page(connection, site, 1, "/a");
  connection.execute("insert into pico.event_names values (5, 'Signup')");
  insert_words(connection, site);
  for (const std::int64_t visit : {1024, 1025, 2048}) insert(connection, VisitRow{.site = site, .id = visit});
  insert(connection, EventRow{.site = site, .at = "2026-11-22 12:00:00Z"});
  insert_custom(connection, EventRow{.site = site, .at = "2026-11-22 12:00:01Z"}, 5);
  insert(connection, EventRow{.site = site, .visit = 1025, .at = "2026-11-22 13:00:00Z", .kind = 3});  // the second visit
  insert(connection, EventRow{.site = site, .visit = 2048});                                           // another visitor
  const auto events = recent_events(connection, "example.com", 2026y / 11 / 22, 1024, 10);
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[0].name, "hidden");
  EXPECT_EQ(events[0].visit_id, 1025);
  EXPECT_EQ(events[1].name, "Signup");
  EXPECT_EQ(events[1].browser + events[1].os + events[1].country + events[1].channel, "FirefoxLinuxDEOrganic Search");
  EXPECT_EQ(events[1].path, "/a");
  EXPECT_EQ(events[2].name, "load");
  EXPECT_EQ(events[2].at, noon);
  EXPECT_THAT(recent_events(connection, "example.com", 2026y / 11 / 22, 1024, 1), SizeIs(1));
  EXPECT_THAT(recent_events(connection, "absent.com", 2026y / 11 / 22, 1024, 10), IsEmpty());
}

}  // namespace
}  // namespace pico::storage
