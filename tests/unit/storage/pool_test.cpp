#include "pico/storage/pool.hpp"

#include <gmock/gmock.h>

#include <future>

#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct PoolTest : testing::Test {
  PoolOptions options(int threads = 2) {
    return {.connect = {.conninfo = database.conninfo()}, .threads = threads, .ping_interval = 10ms};
  }
  /// Runs work in the pool; the future throws what the work's caller is told.
  static std::future<void> submit(Pool& pool, Pool::Work work) {
    auto promise = std::make_shared<std::promise<void>>();
    auto future = promise->get_future();
    const bool taken = pool.run(std::move(work), [promise](std::exception_ptr failure) {
      failure ? promise->set_exception(failure) : promise->set_value();
    });
    EXPECT_TRUE(taken);
    return future;
  }
  static void await(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }

  test::TestDatabase database = test::TestDatabase::empty();
  metrics::Registry registry;
  Metrics metrics{registry};
};

TEST_F(PoolTest, RunsWorkOnAThreadOfItsOwn) {
  Pool pool(options(), metrics);
  int answer = 0;
  std::thread::id thread;
  submit(pool, [&](Connection& connection) {
    answer = connection.execute("select 42").get<int>(0, 0);
    thread = std::this_thread::get_id();
  }).get();
  EXPECT_EQ(answer, 42);
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_TRUE(pool.healthy());
  EXPECT_THAT(registry.expose(), HasSubstr("picolytics_postgres_query_seconds_count 1"));
  EXPECT_THAT(registry.expose(), HasSubstr("picolytics_postgres_up 1"));
}

TEST_F(PoolTest, RunsAsManyQueriesAtOnceAsItHasThreads) {
  Pool pool(options(2), metrics);
  std::promise<void> first_is_in, second_is_in;
  auto first = submit(pool, [&](Connection&) { first_is_in.set_value(), second_is_in.get_future().wait(); });
  auto second = submit(pool, [&](Connection&) { second_is_in.set_value(), first_is_in.get_future().wait(); });
  first.get();
  second.get();
}

TEST_F(PoolTest, TellsWhatStoppedTheWork) {
  Pool pool(options(), metrics);
  auto timed_out =
      submit(pool, [](Connection& connection) { connection.execute("set statement_timeout = 1; select pg_sleep(60)"); });
  EXPECT_THROW(timed_out.get(), DatabaseError);
  auto other = submit(pool, [](Connection&) { throw std::out_of_range("the work's own"); });
  EXPECT_THROW(other.get(), std::out_of_range);
  EXPECT_EQ(metrics.query_seconds.Collect().histogram.sample_count, 2u);
  EXPECT_THAT(registry.expose(), HasSubstr("picolytics_postgres_errors{class=\"timeout\"} 1"));
}

TEST_F(PoolTest, RunsWorkAgainWhenItsSessionWasLost) {
  Pool pool(options(1), metrics);
  submit(pool, [](Connection&) {}).get();
  database.drop_connections();
  int runs = 0;
  submit(pool, [&](Connection& connection) { ++runs, connection.execute("select 1"); }).get();
  EXPECT_LE(runs, 2);
  EXPECT_TRUE(pool.healthy());
}

TEST_F(PoolTest, FailsWorkAtOnceWhilePostgresIsAwayAndRecovers) {
  Pool pool(options(1), metrics);
  submit(pool, [](Connection&) {}).get();
  database.refuse_connections(true);
  try {
    submit(pool, [](Connection& connection) { connection.execute("select 1"); }).get();
    ADD_FAILURE() << "there was no session to be had";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.connection_lost());
  }
  await([&] { return !pool.healthy(); });
  EXPECT_THAT(registry.expose(), HasSubstr("picolytics_postgres_up 0"));
  database.refuse_connections(false);
  await([&] { return pool.healthy(); });
  submit(pool, [](Connection& connection) { connection.execute("select 1"); }).get();
}

TEST_F(PoolTest, NoticesThatPostgresIsGoneWithoutBeingAsked) {
  Pool pool(options(1), metrics);
  await([&] { return pool.healthy(); });
  database.refuse_connections(true);
  await([&] { return !pool.healthy(); });
}

TEST_F(PoolTest, TakesOnlySoManyWaitingQueries) {
  auto one_waits = options(1);
  one_waits.max_waiting = 1;
  Pool pool(one_waits, metrics);
  std::promise<void> begun, go_on;
  auto running = submit(pool, [&](Connection&) { begun.set_value(), go_on.get_future().wait(); });
  begun.get_future().wait();
  auto waiting = submit(pool, [](Connection&) {});
  EXPECT_FALSE(pool.run([](Connection&) {}, [](std::exception_ptr) { ADD_FAILURE() << "it was not taken"; }));
  EXPECT_EQ(metrics.rejected.Value(), 1);
  go_on.set_value();
  running.get();
  waiting.get();
}

TEST_F(PoolTest, CancelsWhatRunsAndFailsWhatWaitsWhenItStops) {
  Pool pool(options(1), metrics);
  std::promise<void> begun;
  auto running = submit(pool, [&](Connection& connection) {
    begun.set_value();
    connection.execute("select 1");
    connection.execute("select pg_sleep(600)");
  });
  auto waiting = submit(pool, [](Connection&) { ADD_FAILURE() << "it must not run"; });
  begun.get_future().wait();
  pool.stop();
  EXPECT_THROW(running.get(), DatabaseError);
  EXPECT_THROW(waiting.get(), DatabaseError);
  EXPECT_FALSE(pool.run([](Connection&) {}, [](std::exception_ptr) {}));
  EXPECT_THAT(registry.expose(), HasSubstr("picolytics_postgres_connections 0"));
}

}  // namespace
}  // namespace pico::storage
