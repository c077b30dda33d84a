#include "pico/storage/pool.hpp"

#include <gtest/gtest.h>

#include <future>

#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

class PoolTest : public testing::Test {
 protected:
  /// What a job that asks for `sql` brings: its value, or "failed".
  std::string ask(Pool& pool, const std::string& sql) {
    auto result = std::make_shared<std::promise<std::string>>();
    pool.run([result, sql](Connection& connection) { result->set_value(connection.execute(sql).get<std::string>(0, 0)); },
             [result] { result->set_value("failed"); });
    return result->get_future().get();
  }
  PoolOptions options() { return {.connect = {.conninfo = database_.conninfo()}, .threads = 2}; }

  test::TestDatabase database_ = test::TestDatabase::empty();
  metrics::Registry registry_;
};

TEST_F(PoolTest, AJobGetsAConnection) {
  Pool pool(options(), registry_);
  EXPECT_EQ(ask(pool, "select 'x'"), "x");
  EXPECT_TRUE(pool.healthy());
}

TEST_F(PoolTest, AFailingJobFailsAloneAndTheNextOneWorks) {
  Pool pool(options(), registry_);
  EXPECT_EQ(ask(pool, "select 1 / 0"), "failed");
  EXPECT_EQ(ask(pool, "select 'x'"), "x");
}

TEST_F(PoolTest, StatementsThatTakeTooLongAreEnded) {
  auto limited = options();
  limited.statement_timeout = std::chrono::milliseconds(50);
  Pool pool(limited, registry_);
  EXPECT_EQ(ask(pool, "select pg_sleep(60)::text"), "failed");
}

TEST_F(PoolTest, LostConnectionsAreOpenedAnew) {
  Pool pool(options(), registry_);
  EXPECT_EQ(ask(pool, "select 'x'"), "x");
  database_.refuse_connections(true);
  while (ask(pool, "select 'x'") == "x") continue;
  EXPECT_FALSE(pool.healthy());
  database_.refuse_connections(false);
  while (ask(pool, "select 'x'") != "x") continue;
  EXPECT_TRUE(pool.healthy());
}

TEST_F(PoolTest, JobsThatDoNotFitFailAtOnce) {
  auto small = options();
  small.threads = 1;
  small.max_waiting = 1;
  Pool pool(small, registry_);
  std::promise<void> begun, go_on, second;
  pool.run([&](Connection&) { begun.set_value(); go_on.get_future().wait(); }, [] { FAIL() << "the first job runs"; });
  begun.get_future().wait();
  pool.run([&](Connection&) { second.set_value(); }, [] { FAIL() << "the second job fits"; });
  bool failed = false;
  pool.run([](Connection&) { FAIL() << "the third does not fit"; }, [&] { failed = true; });
  EXPECT_TRUE(failed);
  go_on.set_value();
  second.get_future().wait();
}

TEST_F(PoolTest, AStoppedPoolTakesNoJobs) {
  Pool pool(options(), registry_);
  pool.stop();
  bool failed = false;
  pool.run([](Connection&) { FAIL() << "it stopped"; }, [&] { failed = true; });
  EXPECT_TRUE(failed);
}

}  // namespace
}  // namespace pico::storage
