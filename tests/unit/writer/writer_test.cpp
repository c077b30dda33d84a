#include <gtest/gtest.h>

#include <map>
#include <random>

#include "reference_sessions.hpp"
#include "writer_fixture.hpp"

namespace pico::writer {
namespace {

constexpr auto visits = "select string_agg(pageviews || ' ' || events, ', ' order by started_at) from pico.visits";

TEST_F(WriterTest, WritesEventsAsRowsAndVisits) {
  const auto writer = start();
  submit(event_of(1, noon));
  submit(event_of(1, noon + 5min));
  submit(event_of(1, noon + 2h));
  submit(event_of(0, noon, event::Kind::opted_out));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) from pico.events"), "3");
  EXPECT_EQ(one(visits), "2 2, 1 1");
  EXPECT_EQ(one("select hits from pico.opt_outs"), "1");
  EXPECT_EQ(writer->lag(), 0u);
}

TEST_F(WriterTest, ALateEventThatBridgesTwoVisitsMergesThem) {
  const auto writer = start();
  submit(event_of(1, noon));
  submit(event_of(1, noon + 50min));
  ASSERT_TRUE(caught_up(*writer));
  ASSERT_EQ(one(visits), "1 1, 1 1");
  submit(event_of(1, noon + 25min));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one(visits), "3 3");
  EXPECT_EQ(one("select count(distinct visit_id) from pico.events"), "1");
}

TEST_F(WriterTest, DoublesAndLosesNothingWhateverTheNumberOfWritersIs) {
  for (const unsigned writers : {1u, 4u, 2u}) {
    options.writers = writers;
    const auto writer = start();
    for (std::uint64_t visitor = 1; visitor <= 50; ++visitor) submit(event_of(visitor, noon + writers * 1min));
    ASSERT_TRUE(caught_up(*writer));
    writer->stop(0ms);
    open();
  }
  EXPECT_EQ(one("select count(*) from pico.events"), "150");
  EXPECT_EQ(one("select count(*) from pico.visits where pageviews = 3"), "50");
}

TEST_F(WriterTest, WritesAfterAnImmediateStopWhatWasLeft) {
  for (std::uint64_t visitor = 1; visitor <= 50; ++visitor) submit(event_of(visitor, noon));
  other.execute("begin");
  other.execute("lock table pico.ingest_checkpoint in access exclusive mode");  // nothing can be committed meanwhile
  start()->stop(0ms);
  other.execute("rollback");
  ASSERT_EQ(one("select count(*) from pico.events"), "0");
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) from pico.events"), "50");
}

TEST_F(WriterTest, WritesEveryEventOnceThoughItsSessionsAreEnded) {
  const auto writer = start();
  for (std::uint64_t i = 1; i <= 200; ++i) {
    submit(event_of(i, noon));
    if (i % 40 != 0) continue;
    // Until there was one to end: the writer may just be between two sessions.
    for (const auto deadline = std::chrono::steady_clock::now() + 30s;
         one("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and "
             "backend_type = 'client backend' and pid <> pg_backend_pid()") == "0";)
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) from pico.events"), "200");
  EXPECT_EQ(one("select count(*) from pico.visits"), "200");
}

TEST_F(WriterTest, PutsPoisonAsideAndWritesItsNeighbours) {
  submit(event_of(1, noon));
  submit(std::vector<std::byte>(3, std::byte{0xff}));
  submit(event_of(1, noon + 48h));
  auto refused = event_of(1, noon + 1min, event::Kind::custom);
  refused.name = "signup";
  refused.properties = R"({"a":"\u0000"})";
  submit(refused);
  submit(event_of(1, noon + 2min));
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select string_agg(sqlstate, ' ' order by sequence) from pico.dead_letters"), "codec invalid 22P05");
  EXPECT_EQ(one(visits), "2 2");
}

TEST_F(WriterTest, BringsADatabaseThatWentBackInTimeUpToDateExactly) {
  const auto writer = start();
  for (std::uint64_t visitor = 1; visitor <= 5; ++visitor) submit(event_of(visitor, noon));
  ASSERT_TRUE(caught_up(*writer));
  const auto restored_to = std::to_string(journal->durable());
  for (std::uint64_t visitor = 6; visitor <= 10; ++visitor) submit(event_of(visitor, noon));
  ASSERT_TRUE(caught_up(*writer));
  // What a restored backup looks like: later rows gone, the checkpoint where it was, and every session ended.
  other.execute("delete from pico.events where visit_id > 5 * 1024");
  other.execute("delete from pico.visits where visit_id > 5 * 1024");
  other.execute("update pico.ingest_checkpoint set sequence = " + restored_to);
  database.drop_connections();
  other = database.connect();
  for (const auto deadline = std::chrono::steady_clock::now() + 30s; one("select count(*) from pico.events") != "10";)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "although no new event comes";
  submit(event_of(11, noon));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) from pico.events"), "11");
  EXPECT_EQ(one("select count(*) from pico.visits where pageviews = 1"), "11");
}

TEST_F(WriterTest, StopsWhenTooManyRecordsAreRefusedAndSaysSo) {
  options.dead_letters_per_minute = 5;
  for (int i = 0; i < 20; ++i) submit(std::vector<std::byte>(3, std::byte{0xff}));
  submit(event_of(1, noon));
  const auto writer = start();
  for (const auto deadline = std::chrono::steady_clock::now() + 30s; writer->state() != State::halted;)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  EXPECT_NE(writer->problem().find("dead_letters"), std::string::npos) << writer->problem();
  EXPECT_LE(std::stoi(one("select count(*) from pico.dead_letters")), 5);
  EXPECT_GE(writer->lag(), 16u) << "the journal keeps what was not written";
}

/// Two servers on one Postgres: each has a journal of its own, and a visitor's events come by either.
class TwoInstances : public WriterTest, public testing::WithParamInterface<unsigned> {};

TEST_P(TwoInstances, GiveTheVisitsOfOneThoughOneLagsBehind) {
  std::mt19937 random(GetParam());
  auto second = journal::Journal::open({.directory = folder.path() / "second", .segment_bytes = 1 << 20}, registry);
  ASSERT_TRUE(second);
  std::map<std::uint64_t, std::vector<reference::Event>> by_visitor;
  for (int i = 0; i < 400; ++i) {
    const auto visitor = 1 + random() % 20;
    const auto at = noon - 10h + std::chrono::minutes(random() % 900) + std::chrono::milliseconds(random() % 60'000);
    by_visitor[visitor].push_back({.id = i, .at = at});
    journal::GroupBuilder group;
    add(group, event_of(visitor, at));
    submit_to(random() % 2 ? *journal : **second, group);
  }
  options.batch_max_events = 37;
  options.writers = 2;
  const auto writer = start();
  if (GetParam() % 2 == 0) {
    ASSERT_TRUE(caught_up(*writer));  // the other one has been away and comes with all it has
  }
  Writer other_writer(options, **second, registry, clock);
  ASSERT_TRUE(caught_up(*writer));
  ASSERT_TRUE(other_writer.wait_until_committed((*second)->epoch(), (*second)->durable(), 30s));

  for (const auto& [visitor, events] : by_visitor) {
    std::string expected;
    for (const auto& session : reference::sessions_of(events, options.session_timeout))
      expected += to_string(session.visit.started_at) + " " + to_string(session.visit.last_at) + " " +
                  std::to_string(session.visit.pageviews) + "\n";
    const auto rows =
        other.execute("select started_at, last_at, pageviews from pico.visits where visit_id & -1024 = $1 order by started_at",
                      static_cast<std::int64_t>(visitor * 1024));
    std::string found;
    for (std::size_t i = 0; i < rows.size(); ++i)
      found += to_string(rows.get<Instant>(i, 0)) + " " + to_string(rows.get<Instant>(i, 1)) + " " +
               std::to_string(rows.get<int>(i, 2)) + "\n";
    EXPECT_EQ(found, expected) << "visitor " << visitor;
  }
  EXPECT_EQ(one("select count(*) from pico.events"), "400");
  EXPECT_EQ(one("select count(*) from pico.events e join pico.visits v using (site_id, day, visit_id) where e.at between "
                "v.started_at and v.last_at"),
            "400")
      << "every event belongs to the visit whose time it falls into";
}

INSTANTIATE_TEST_SUITE_P(Seeds, TwoInstances, testing::Range(0u, 6u));

}  // namespace
}  // namespace pico::writer
