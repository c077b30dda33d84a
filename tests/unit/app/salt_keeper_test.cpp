#include "salt_keeper.hpp"

#include <gmock/gmock.h>

#include "pico/storage/salts.hpp"
#include "support/test_postgres.hpp"

namespace pico::app {
namespace {

struct SaltKeeperTest : testing::Test {
  Day today() { return TimeZone().local_day(storage::database_now(connection)); }
  Day over() { return today() - std::chrono::days(2); }  // in every zone

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection connection = database.connect();
  metrics::Registry registry;
  enrich::Salts salts;
  enrich::Sites sites{TimeZone()};
  SaltKeeper keeper{salts, sites, registry};
};

TEST_F(SaltKeeperTest, MakesTodaysSaltWhileADumpHoldsTheTable) {
  storage::fetch_or_create_salt(connection, over());
  auto dump = database.connect();
  {
    const storage::Transaction held(dump);
    dump.execute("lock table pico.salts in access share mode");
    keeper.keep(connection);
    EXPECT_TRUE(salts.find(today()));
    EXPECT_FALSE(salts.find(over())) << "what is over is not used, wherever it still lies";
    keeper.keep(connection);
  }
  keeper.keep(connection);
  EXPECT_TRUE(connection.execute("select from pico.salts where day = $1", over()).empty()) << "the dump has ended";
  EXPECT_EQ(storage::fetch_or_create_salt(connection, today()).bytes, salts.find(today())->bytes);
}

TEST_F(SaltKeeperTest, WaitsForNobodyWhenThereIsNothingToDestroy) {
  keeper.keep(connection);
  auto dump = database.connect();
  const storage::Transaction held(dump);
  dump.execute("lock table pico.salts in access share mode");
  // Behind a wait for the exclusive lock this would not be had.
  connection.execute("set lock_timeout = '1ms'");
  EXPECT_EQ(storage::destroy_salts_before(connection, today()), 0u);
}

}  // namespace
}  // namespace pico::app
