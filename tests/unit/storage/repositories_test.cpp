#include <gtest/gtest.h>

#include <thread>

#include "pico/core/hash.hpp"
#include "pico/storage/salts.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;

class Repositories : public testing::Test {
 protected:
  void SetUp() override { initialise_crypto(); }
  test::TestDatabase database_ = test::TestDatabase::migrated();
  Connection connection_ = database_.connect();
  const Day day_ = std::chrono::floor<days>(database_now(connection_));
};

TEST_F(Repositories, ASiteIsMadeOnceWithItsTimeZone) {
  create_site(connection_, "b.example", "Europe/Vienna");
  create_site(connection_, "a.example", "Etc/UTC");
  create_site(connection_, "b.example", "Asia/Tokyo");
  const auto sites = list_sites(connection_);
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_EQ(sites[0].domain, "a.example");
  EXPECT_EQ(sites[1].domain, "b.example");
  EXPECT_EQ(sites[1].time_zone, "Europe/Vienna");
}

TEST_F(Repositories, AChangedTimeZoneHoldsFromItsMoment) {
  create_site(connection_, "a.example", "Etc/UTC");
  const auto now = database_now(connection_);
  EXPECT_TRUE(set_site_time_zone(connection_, "a.example", "Asia/Tokyo", now + hours(1)));
  EXPECT_EQ(list_sites(connection_)[0].time_zone, "Etc/UTC");
  EXPECT_TRUE(set_site_time_zone(connection_, "a.example", "Asia/Kolkata", now - hours(1)));
  EXPECT_EQ(list_sites(connection_)[0].time_zone, "Asia/Kolkata");
  EXPECT_FALSE(set_site_time_zone(connection_, "none.example", "Asia/Tokyo", now));
}

TEST_F(Repositories, RemovingASiteRemovesWhatIsItsOwnAndNothingElse) {
  create_site(connection_, "a.example", "Etc/UTC");
  create_site(connection_, "b.example", "Etc/UTC");
  connection_.execute("insert into pico.pages select site_id, 1, current_date, 'x', '/' from pico.sites");
  connection_.execute("insert into pico.opt_outs select site_id, current_date, 1 from pico.sites");
  EXPECT_TRUE(remove_site(connection_, "a.example"));
  EXPECT_FALSE(remove_site(connection_, "a.example"));
  EXPECT_EQ(list_sites(connection_).size(), 1u);
  EXPECT_EQ(connection_.execute("select 1 from pico.pages").size(), 1u);
  EXPECT_EQ(connection_.execute("select 1 from pico.opt_outs").size(), 1u);
  EXPECT_EQ(connection_.execute("select 1 from pico.site_zones").size(), 1u);
}

TEST_F(Repositories, EveryInstanceGetsTheSameSalt) {
  constexpr int instances = 8;
  std::vector<HashKey> salts(instances);
  std::vector<std::thread> threads;
  for (int i = 0; i < instances; ++i)
    threads.emplace_back([this, i, &salts] {
      auto connection = database_.connect();
      salts[static_cast<std::size_t>(i)] = fetch_or_create_salt(connection, day_);
    });
  for (auto& thread : threads) thread.join();
  for (const auto& salt : salts) EXPECT_EQ(salt.bytes, salts[0].bytes);
  EXPECT_NE(fetch_or_create_salt(connection_, day_ + days(1)).bytes, salts[0].bytes);
}

TEST_F(Repositories, HeldSaltsComeBackIntoAnEmptiedTableButOverwriteNothing) {
  const auto today = fetch_or_create_salt(connection_, day_);
  const auto other = HashKey::random();
  put_back_salts(connection_, {{day_, other}, {day_ + days(1), other}});
  EXPECT_EQ(fetch_or_create_salt(connection_, day_).bytes, today.bytes);
  EXPECT_EQ(fetch_or_create_salt(connection_, day_ + days(1)).bytes, other.bytes);
}

TEST_F(Repositories, DestroyedSaltsAreGoneAndTheTableIsRewritten) {
  fetch_or_create_salt(connection_, day_ - days(2));
  fetch_or_create_salt(connection_, day_);
  const auto file = connection_.execute("select pg_relation_filenode('pico.salts')").get<std::string>(0, 0);
  EXPECT_EQ(destroy_salts_before(connection_, day_), 1u);
  EXPECT_EQ(connection_.execute("select 1 from pico.salts").size(), 1u);
  EXPECT_NE(connection_.execute("select pg_relation_filenode('pico.salts')").get<std::string>(0, 0), file);
  EXPECT_EQ(destroy_salts_before(connection_, day_), 0u);
}

TEST_F(Repositories, TheSaltTableNeverReachesTheWriteAheadLog) {
  EXPECT_EQ(connection_.execute("select relpersistence::text from pg_class where oid = 'pico.salts'::regclass").get<std::string>(0, 0), "u");
}

}  // namespace
}  // namespace pico::storage
