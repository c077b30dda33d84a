#include "housekeeping.hpp"

#include <gmock/gmock.h>

#include "pico/storage/salts.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::app {
namespace {

using namespace std::chrono_literals;

struct HousekeepingTest : testing::Test {
  HousekeepingTest() {
    storage::create_site(connection, "one.example", TimeZone());
    housekeeping.first_round(connection);
  }

  static config::Config pruning() { return *config::load({.environment = {{"PRUNE_DAYS", "30"}}}); }

  template <class Condition>
  static bool eventually(Condition condition) {
    for (const auto end = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < end;) {
      if (condition()) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  }

  void add_salt_that_is_over() { storage::fetch_or_create_salt(connection, TimeZone().local_day(storage::database_now(connection)) - std::chrono::days(3)); }
  bool salt_is_destroyed() { return connection.execute("select from pico.salts where day < current_date - 2").empty(); }

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection connection = database.connect();
  const config::Config config = pruning();
  metrics::Registry registry;
  enrich::Salts salts;
  enrich::Sites sites{TimeZone()};
  Housekeeping housekeeping{config, {.conninfo = database.conninfo()}, salts, sites, registry};
};

TEST_F(HousekeepingTest, DestroysSaltsAndSeesSitesWhileAPruneIsHeldUp) {
  auto other = database.connect();
  const storage::Transaction held(other);
  other.execute("lock table pico.opt_outs in access exclusive mode");  // from which the prune deletes
  housekeeping.start();
  ASSERT_TRUE(eventually([&] { return !connection.execute("select from pg_locks where not granted and relation = 'pico.opt_outs'::regclass").empty(); }));
  add_salt_that_is_over();
  storage::create_site(connection, "two.example", TimeZone());
  EXPECT_TRUE(eventually([&] { return salt_is_destroyed(); }));
  EXPECT_TRUE(eventually([&] { return sites.contains("two.example"); }));
  EXPECT_FALSE(connection.execute("select from pg_locks where not granted and relation = 'pico.opt_outs'::regclass").empty()) << "it still waits";
  housekeeping.stop();
}

TEST_F(HousekeepingTest, GoesOnAfterARowThatCannotBeRead) {
  connection.execute("update pico.sites set created_at = 'infinity'");
  add_salt_that_is_over();
  housekeeping.start();
  EXPECT_TRUE(eventually([&] { return salt_is_destroyed(); }));
  connection.execute("update pico.sites set created_at = now()");
  storage::create_site(connection, "two.example", TimeZone());
  EXPECT_TRUE(eventually([&] { return sites.contains("two.example"); }));
}

}  // namespace
}  // namespace pico::app
