#include "pico/counters/counter.hpp"

#include <gmock/gmock.h>

#include <future>

#include "pico/core/hash.hpp"
#include "support/test_postgres.hpp"
#include "support/unanswered_commits.hpp"

namespace pico::counters {
namespace {

using namespace std::chrono_literals;
using Outcome = Counter::Outcome;

constexpr auto patience = 60s;

struct CounterTest : testing::Test {
  CounterTest() { initialise_crypto(); }
  std::unique_ptr<Counter> make(std::size_t max_waiting = 100'000) {
    return std::make_unique<Counter>(Options{.database = {.conninfo = database.conninfo()}, .max_waiting = max_waiting}, registry);
  }
  /// The outcome of one request; nullopt when it was not taken.
  std::optional<Outcome> add(Counter& counter, std::vector<storage::PageCount> counts) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto outcome = promise->get_future();
    if (!counter.add(std::move(counts), [promise](Outcome result) { promise->set_value(result); })) return std::nullopt;
    if (outcome.wait_for(patience) != std::future_status::ready) throw std::runtime_error("no answer");
    return outcome.get();
  }
  std::int64_t views(const std::string& page = "/") {
    return admin.execute("select coalesce(sum(views), 0)::bigint from pico.page_counts where page = $1", page).get<std::int64_t>(0, 0);
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  storage::Connection admin = database.connect();
  metrics::Registry registry;
  const Instant hour = Day{2026y / 11 / 22} + 10h;
};

TEST_F(CounterTest, HasCommittedWhatItAnswers) {
  auto counter = make();
  EXPECT_EQ(add(*counter, {{"/", hour, 2}, {"/a", hour, 3}}), Outcome::committed);
  EXPECT_EQ(views("/"), 2);
  EXPECT_EQ(views("/a"), 3);
}

TEST_F(CounterTest, IsExactUnderManyWritersInSeveralInstances) {
  constexpr int threads = 8, requests = 150;
  auto one = make(), two = make();
  std::vector<std::thread> writers;
  std::atomic<int> committed = 0;
  for (int i = 0; i < threads; ++i)
    writers.emplace_back([&, i] {
      for (int n = 0; n < requests; ++n)
        if (add(i % 2 == 0 ? *one : *two, {{"/", hour, 1}, {"/" + std::to_string(i), hour, 2}}) == Outcome::committed) ++committed;
    });
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(committed, threads * requests);
  EXPECT_EQ(views(), threads * requests);
  for (int i = 0; i < threads; ++i) EXPECT_EQ(views("/" + std::to_string(i)), 2 * requests);
  EXPECT_EQ(admin.execute("select count(distinct shard) from pico.page_counts").get<int>(0, 0), 2);
}

TEST_F(CounterTest, RefusesAtOnceWhilePostgresIsAwayAndGoesOnAfterwards) {
  auto counter = make();
  ASSERT_EQ(add(*counter, {{"/", hour, 1}}), Outcome::committed);
  const auto end = std::chrono::steady_clock::now() + patience;
  database.refuse_connections(true);
  auto outcome = add(*counter, {{"/", hour, 100}});
  EXPECT_EQ(outcome, Outcome::unavailable);
  while (outcome && std::chrono::steady_clock::now() < end) outcome = add(*counter, {{"/", hour, 100}});
  EXPECT_FALSE(outcome.has_value());
  database.refuse_connections(false);
  while (!outcome && std::chrono::steady_clock::now() < end) outcome = add(*counter, {{"/", hour, 1}});
  EXPECT_EQ(outcome, Outcome::committed);
  admin = database.connect();
  EXPECT_EQ(views(), 2);
}

TEST_F(CounterTest, TriesAgainWhenItsSessionWasLost) {
  auto counter = make();
  ASSERT_EQ(add(*counter, {{"/", hour, 1}}), Outcome::committed);
  database.drop_connections();
  admin = database.connect();
  EXPECT_EQ(add(*counter, {{"/", hour, 1}}), Outcome::committed);
  EXPECT_EQ(views(), 2);
}

TEST_F(CounterTest, CountsOnceWhatWasLostAtItsCommit) {
  // The first commit ends its own session instead of taking place.
  admin.execute(
      "create sequence pico.commits;"
      "create function pico.die() returns trigger language plpgsql as $$ begin"
      "  if nextval('pico.commits') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if; return null; end $$;"
      "create constraint trigger die after insert or update on pico.page_counts deferrable initially deferred"
      " for each row execute function pico.die()");
  auto counter = make();
  EXPECT_EQ(add(*counter, {{"/", hour, 1}}), Outcome::committed);
  EXPECT_EQ(views(), 1);
  EXPECT_EQ(admin.execute("select last_value from pico.commits").get<int>(0, 0), 2);
}

TEST_F(CounterTest, CountsOnceWhatWasCommittedWithoutAnAnswer) {
  auto counter = make();
  ASSERT_EQ(add(*counter, {{"/", hour, 1}}), Outcome::committed);
  test::UnansweredCommits commits(database);
  auto answer = std::async(std::launch::async, [&] { return add(*counter, {{"/", hour, 1}}); });
  commits.wait_for_one();
  EXPECT_EQ(commits.end_sessions(), 1);
  commits.answer_again();
  EXPECT_EQ(answer.get(), Outcome::committed);
  EXPECT_EQ(views(), 2);
}

TEST_F(CounterTest, RefusesWhatPostgresRefusesAndCountsTheRest) {
  admin.execute("alter table pico.page_counts add check (page <> '/bad')");
  auto counter = make();
  // All in one group: nothing is committed before the first of them is.
  std::vector<std::future<std::optional<Outcome>>> answers;
  for (const std::string page : {"/a", "/bad", "/b"})
    answers.push_back(std::async(std::launch::async, [&, page] { return add(*counter, {{page, hour, 1}, {"/both", hour, 1}}); }));
  EXPECT_EQ(answers[0].get(), Outcome::committed);
  EXPECT_EQ(answers[1].get(), Outcome::refused);
  EXPECT_EQ(answers[2].get(), Outcome::committed);
  EXPECT_EQ(views("/both"), 2);
}

TEST_F(CounterTest, BoundsWhatWaits) {
  auto counter = make(2);
  storage::Connection blocker = database.connect();
  std::atomic<int> answered = 0;
  const auto done = [&](Outcome outcome) { answered += outcome == Outcome::committed; };
  int taken = 0;
  {
    storage::Transaction transaction(blocker);
    blocker.execute("lock table pico.page_counts in access exclusive mode");
    while (counter->add({{"/", hour, 1}, {"/a", hour, 1}}, done)) ASSERT_LE(++taken, 3);
    EXPECT_GE(taken, 1);
  }
  counter->stop();
  EXPECT_EQ(answered, taken);
  EXPECT_EQ(views(), taken);
}

TEST_F(CounterTest, BoundsTheMemoryOfWhatWaits) {
  Counter counter({.database = {.conninfo = database.conninfo()}, .max_waiting_bytes = 10'000}, registry);
  storage::Connection blocker = database.connect();
  std::atomic<int> answered = 0;
  int taken = 0;
  {
    storage::Transaction transaction(blocker);
    blocker.execute("lock table pico.page_counts in access exclusive mode");
    while (counter.add({{"/" + std::string(4'000, 'a'), hour, 1}}, [&](Outcome outcome) { answered += outcome == Outcome::committed; }))
      ASSERT_LE(++taken, 4) << "two that wait, and those of the transaction that has begun";
    EXPECT_EQ(registry.counter("picolytics_counts_requests_total", "", {{"outcome", "overloaded"}}).Value(), 1);
  }
  counter.stop();
  EXPECT_EQ(answered, taken);
}

TEST_F(CounterTest, CountsWhatIsWaitingBeforeItStopsAndForgetsItself) {
  auto counter = make();
  std::atomic<int> answered = 0;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(counter->add({{"/", hour, 1}}, [&](Outcome outcome) { answered += outcome == Outcome::committed; }));
  counter->stop();
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(views(), 100);
  EXPECT_FALSE(counter->add({{"/", hour, 1}}, [](Outcome) { FAIL(); }));
  EXPECT_EQ(admin.execute("select count(*) from pico.count_batches").get<int>(0, 0), 0);
}

}  // namespace
}  // namespace pico::counters
