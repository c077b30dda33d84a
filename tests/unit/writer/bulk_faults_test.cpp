#include <gtest/gtest.h>

#include <optional>

#include "bulk_fixture.hpp"
#include "support/unanswered_commits.hpp"

namespace pico::writer {
namespace {

/// The events of `pageviews`, and at the end one that Postgres refuses.
std::vector<event::Enriched> with_refused_last(std::vector<event::Enriched> events) {
  auto bad = event_of(1, noon, event::Kind::custom);
  bad.name = "signup";
  bad.properties = R"({"a": "\u0000"})";
  events.push_back(bad);
  return events;
}

TEST_F(BulkTest, StoresNothingWhenTheLastPieceIsRefusedAndAllOnceItIsMended) {
  write(bulk, pageviews(5, 5));
  auto events = pageviews(50, 5);
  EXPECT_THROW(write(bulk, with_refused_last(events)), storage::DatabaseError);
  EXPECT_EQ(stored(), "5 5 5");
  EXPECT_EQ(one("select count(*) from pico.event_names"), "0");
  EXPECT_EQ(write(bulk, events).events, 50u) << "nothing of the failed attempt is taken for stored";
  EXPECT_EQ(stored(), "55 5 55");
  EXPECT_EQ(registry.counter("picolytics_bulk_writes_total", "", {{"result", "failed"}}).Value(), 1);
}

TEST_F(BulkTest, DoesNotMoveAStepWhoseEventsAreRefused) {
  const BulkStep step{.epoch = {1}, .shard = 0, .expected = 0, .target = 51};
  EXPECT_THROW(write(bulk, with_refused_last(pageviews(50, 5)), 7, step), storage::DatabaseError);
  EXPECT_EQ(bulk.position(step.epoch, 0), 0u);
  write(bulk, pageviews(50, 5), 7, step);
  EXPECT_EQ(stored(), "50 5 50");
}

TEST_F(BulkTest, RefusesAnEventThatContradictsItselfByItsNumber) {
  auto events = pageviews(50, 5);
  events[40].day += std::chrono::days(3);
  try {
    write(bulk, events);
    FAIL() << "it was taken";
  } catch (const InvalidEvent& error) {
    EXPECT_EQ(error.number(), 40u);
  }
  EXPECT_EQ(stored(), "0 0 0");
}

TEST_F(BulkTest, StoresNothingWhenItsSourceFails) {
  ListSource source(plain(pageviews(50, 5)), 7);
  source.before_next = [&](std::size_t at) {
    if (source.passes == 2 && at == 49) throw std::runtime_error("the spool cannot be read");
  };
  EXPECT_THROW(bulk.write(source), std::runtime_error);
  EXPECT_EQ(stored(), "0 0 0");
  source.before_next = {};
  EXPECT_EQ(bulk.write(source).events, 50u);
  EXPECT_EQ(stored(), "50 5 50");
}

TEST_F(BulkTest, BeginsAnewWhenItsSessionIsEndedInTheMiddle) {
  write(bulk, pageviews(1, 1));
  ListSource source(plain(pageviews(50, 5)), 7);
  source.before_next = [&](std::size_t at) {
    if (source.passes == 2 && at == 42)
      other.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
  };
  EXPECT_EQ(bulk.write(source).events, 50u);
  EXPECT_EQ(source.passes, 3);
  EXPECT_EQ(stored(), "51 5 51");
}

struct BulkUnanswered : BulkTest {
  BulkUnanswered() {
    write(bulk, pageviews(5, 5));  // makes the rows of the checkpoints, which would be commits of their own
    bulk.position({5}, 0);
    commits.emplace(database);
  }
  std::optional<test::UnansweredCommits> commits;
};

TEST_F(BulkUnanswered, CountsOnceWhatWasCommittedWithoutAnAnswer) {
  for (const bool with_step : {false, true}) {
    const auto step = with_step ? std::optional(BulkStep{.epoch = {5}, .shard = 0, .expected = 0, .target = 50}) : std::nullopt;
    auto result = std::async(std::launch::async, [&] { return write(bulk, pageviews(50, 5), 7, step); });
    commits->wait_for_one();
    EXPECT_EQ(commits->end_sessions(), 1);
    if (result.wait_for(60s) != std::future_status::ready) commits->answer_again();
    EXPECT_EQ(result.get().events, 50u);
  }
  EXPECT_EQ(stored(), "105 5 105");
}

TEST_F(BulkUnanswered, IsLookedIntoUntilPostgresIsBack) {
  auto result = std::async(std::launch::async, [&] { return write(bulk, pageviews(50, 5)); });
  commits->wait_for_one();
  database.refuse_connections(true);  // ends the session whose commit hangs, too
  const auto refused = [&] { return registry.counter("picolytics_bulk_retries_total", "", {{"class", "connection"}}).Value(); };
  while (refused() < 5 && result.wait_for(10ms) != std::future_status::ready) {
  }
  commits->answer_again();
  database.refuse_connections(false);
  other = database.connect();
  EXPECT_EQ(result.get().events, 50u);
  EXPECT_EQ(stored(), "55 5 55");
}

TEST_F(BulkUnanswered, SaysSoWhenPostgresStaysAwayOrItIsStopped) {
  BulkWriter stopped(options, 1, registry, clock);
  options.uncertain_at_most = 500ms;
  BulkWriter impatient(options, 1, registry, clock);
  commits->answer_again();
  for (auto* writer : {&impatient, &stopped}) write(*writer, pageviews(1, 1));  // makes the rows of their checkpoints
  for (auto* writer : {&impatient, &stopped}) {
    commits.emplace(database);
    auto result = std::async(std::launch::async, [&] { return write(*writer, pageviews(50, 5)); });
    commits->wait_for_one();
    database.refuse_connections(true);
    if (writer == &stopped) writer->stop();
    EXPECT_THROW(result.get(), OutcomeUnknown);
    commits->answer_again();
    database.refuse_connections(false);
    other = database.connect();
  }
  EXPECT_EQ(stored(), "107 5 107") << "which a caller who had been told that nothing was stored would have made 207";
}

TEST_F(BulkTest, BeginsAnewAfterADeadlock) {
  write(bulk, pageviews(2, 2));
  auto rival = database.connect();
  rival.execute("set deadlock_timeout = '10s'");  // so that it is the bulk write that is given up
  std::jthread waiting;
  auto transaction = std::make_unique<storage::Transaction>(rival);
  rival.execute("select from pico.visits where visit_id = 2048 for update");
  ListSource source(plain(pageviews(4, 2)), 1);
  source.before_next = [&](std::size_t at) {
    if (source.passes != 2 || at != 1) return;  // the bulk write holds the first visitor
    waiting = std::jthread([&] {
      rival.execute("select from pico.visits where visit_id = 1024 for update");
      transaction->commit();
    });
    while (one("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == "0") std::this_thread::yield();
  };
  EXPECT_EQ(bulk.write(source).events, 4u);
  waiting.join();
  EXPECT_EQ(stored(), "6 2 6");
  EXPECT_GE(registry.counter("picolytics_bulk_retries_total", "", {{"class", "40"}}).Value(), 1);
}

TEST_F(BulkTest, TellsWhenPostgresIsAwayAndGoesOnWhenItIsBack) {
  write(bulk, pageviews(1, 1));
  database.refuse_connections(true);
  try {
    write(bulk, pageviews(4, 2));
    FAIL() << "there is no Postgres";
  } catch (const storage::DatabaseError& error) {
    EXPECT_TRUE(error.connection_lost());
  }
  database.refuse_connections(false);
  other = database.connect();
  EXPECT_EQ(write(bulk, pageviews(4, 2)).events, 4u);
  EXPECT_EQ(stored(), "5 2 5");
}

TEST_F(BulkTest, EndsWhatRunsWhenItIsStopped) {
  ListSource source(plain(pageviews(50, 5)), 7);
  source.before_next = [&](std::size_t at) {
    if (source.passes == 2 && at == 42) bulk.stop();
  };
  EXPECT_THROW(bulk.write(source), storage::DatabaseError);
  EXPECT_THROW(write(bulk, pageviews(1, 1)), storage::DatabaseError);
  EXPECT_EQ(stored(), "0 0 0");
}

TEST_F(BulkTest, LetsMoreCallersThanSessionsTakeTurns) {
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 6; ++i) callers.emplace_back([&] { EXPECT_EQ(write(bulk, pageviews(30, 30)).events, 30u); });
  }
  EXPECT_EQ(stored(), "180 30 180");
  EXPECT_EQ(registry.gauge("picolytics_bulk_waiting", "").Value(), 0);
}

}  // namespace
}  // namespace pico::writer
