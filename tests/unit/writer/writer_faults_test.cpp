#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "support/silent_server.hpp"
#include "writer_fixture.hpp"

namespace pico::writer {
namespace {

TEST_F(WriterTest, WritesABacklogOnceThoughSessionsAreEndedAtAnyMoment) {
  constexpr int events = 4000, visitors = 50;
  journal::GroupBuilder group;
  for (int i = 0; i < events; ++i)
    add(group, event_of(static_cast<std::uint64_t>(1 + i % visitors), noon + std::chrono::seconds(i)));
  submit_to(*journal, group);
  options.batch_max_events = 20;  // and up to 80, as it lags
  options.first_retry = options.last_retry = 1ms;
  options.writers = 2;
  const auto writer = start();
  int ended = 0;
  for (double next = 0; writer->lag() > 0;) {
    const auto batches = metric("picolytics_writer_batches_total");
    if (batches < next) continue;
    next = batches + 4;  // so that each session gets something done
    ended += std::stoi(
        one("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> "
            "pg_backend_pid()"));
  }
  EXPECT_GT(ended, 5);
  EXPECT_EQ(one("select count(*) from pico.events"), std::to_string(events));
  EXPECT_EQ(one("select count(distinct (visit_id, at)) from pico.events"), std::to_string(events));
  EXPECT_EQ(one("select count(*) || ' ' || sum(events) from pico.visits"),
            std::to_string(visitors) + " " + std::to_string(events));
}

TEST_F(WriterTest, WritesNothingAgainAfterACrashBetweenCommitAndRelease) {
  options.writers = 3;
  for (std::uint64_t visitor = 1; visitor <= 20; ++visitor) submit(event_of(visitor, noon));
  start()->stop(30s);
  ASSERT_EQ(one("select count(*) from pico.events"), "20");
  open();  // what was released is kept for ten minutes, so every record is still there to be read
  ASSERT_EQ(journal->epochs().front().last, 20u);
  const auto writer = start();
  submit(event_of(21, noon));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) || ' ' || max(pageviews) from pico.events join pico.visits using (visit_id)"), "21 1");
}

TEST_F(WriterTest, SkipsWhatSomebodyElseHasBroughtOverItsCheckpoint) {
  const auto writer = start();
  submit(event_of(1, noon));
  ASSERT_TRUE(caught_up(*writer));
  other.execute("update pico.ingest_checkpoint set sequence = 2");
  submit(event_of(2, noon));  // record 2, which somebody else has written
  submit(event_of(3, noon));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select string_agg((visit_id / 1024)::text, ' ' order by visit_id) from pico.events"), "1 3");
  EXPECT_GE(metric("picolytics_writer_checkpoints_moved_total"), 1);
}

TEST_F(WriterTest, KeepsOffWhatTheServerOfAnotherFolderWritesAndSaysSo) {
  options.owner = {1};
  const auto writer = start();
  submit(event_of(1, noon));
  ASSERT_TRUE(caught_up(*writer));
  std::filesystem::copy(folder.path() / "journal", folder.path() / "copy");
  auto copy = journal::Journal::open({.directory = folder.path() / "copy", .segment_bytes = 1 << 20}, registry);
  ASSERT_TRUE(copy) << copy.error().message;
  journal::GroupBuilder group;
  add(group, event_of(2, noon));
  submit_to(**copy, group);
  auto copy_options = options;
  copy_options.owner = {2};
  Writer second(copy_options, **copy, registry, clock);
  while (second.state() != State::retrying) std::this_thread::yield();
  EXPECT_NE(second.problem().find("this data directory is a copy"), std::string::npos) << second.problem();
  submit(event_of(3, noon));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select string_agg((visit_id / 1024)::text, ' ' order by visit_id) from pico.events"), "1 3");
  writer->stop(30s);
  EXPECT_TRUE(second.wait_until_committed((*copy)->epoch(), 1, 30s));
  EXPECT_EQ(one("select string_agg((visit_id / 1024)::text, ' ' order by visit_id) from pico.events"), "1 2 3");
}

TEST_F(WriterTest, WaitsForAPostgresThatIsAwayAndSaysSo) {
  // Superusers get in even when sessions are refused.
  other.execute(
      "do $$ begin if not exists (select from pg_roles where rolname = 'ordinary') then create role ordinary login; end if; end "
      "$$");
  other.execute("grant all on schema pico to ordinary; grant all on all tables in schema pico to ordinary");
  options.database.conninfo += " user=ordinary";
  other.execute("revoke connect on database " + database.name() + " from public");
  const auto writer = start();
  submit(event_of(1, noon));
  while (writer->state() != State::retrying) std::this_thread::yield();
  EXPECT_FALSE(writer->problem().empty());
  EXPECT_EQ(writer->lag(), 1u);
  other.execute("grant connect on database " + database.name() + " to public");
  // The partition is the owner's to make.
  storage::ensure_partitions(other, std::array{today});
  other.execute("grant all on all tables in schema pico to ordinary");
  ASSERT_TRUE(caught_up(*writer));
  while (writer->state() != State::running) std::this_thread::yield();
  EXPECT_EQ(writer->problem(), "");
}

/// What the writer says of its pauses.
class Pauses final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  [[nodiscard]] std::vector<std::string> said() {
    const std::lock_guard lock(mutex_);
    return said_;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    if (const auto at = text.find("trying again in "); at != std::string_view::npos) said_.emplace_back(text.substr(at));
  }
  void flush_() override {}

  std::vector<std::string> said_;
};

TEST_F(WriterTest, PausesBrieflyAgainWhenAnOutageIsOverThoughNoEventHasComeMeanwhile) {
  const auto pauses = std::make_shared<Pauses>();
  const auto usual = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("pauses", pauses));
  options.first_retry = 10ms;
  options.last_retry = 1h;
  auto writer = start();
  const auto wait_for = [&](State state) {
    while (writer->state() != state) std::this_thread::yield();
  };
  wait_for(State::running);
  database.refuse_connections(true);
  while (pauses->said().size() < 4) std::this_thread::yield();
  const auto in_first_outage = pauses->said();
  database.refuse_connections(false);
  wait_for(State::running);
  const auto before = pauses->said().size();
  database.drop_connections();
  while (pauses->said().size() == before) std::this_thread::yield();
  EXPECT_EQ(in_first_outage.at(3), "trying again in 80 ms");
  EXPECT_EQ(pauses->said().at(before), "trying again in 10 ms");
  writer.reset();
  spdlog::set_default_logger(usual);
}

TEST_F(WriterTest, StopsInTimeThoughAStatementHangs) {
  storage::Connection blocker = database.connect();
  storage::ensure_partitions(other, std::array{today});
  storage::Transaction lock(blocker);
  blocker.execute("lock table pico.visits in access exclusive mode");
  const auto writer = start();
  submit(event_of(1, noon));
  while (one("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == "0") {
  }
  writer->stop(1ms);
  EXPECT_EQ(writer->state(), State::stopped);
  EXPECT_EQ(writer->lag(), 1u);
}

TEST_F(WriterTest, StopsInTimeThoughPostgresTakesConnectionsAndSaysNothing) {
  const test::SilentServer silent;
  options.database.conninfo = silent.conninfo();
  const auto writer = start();
  submit(event_of(1, noon));
  const int session = silent.take_client();
  writer->stop(1ms);
  EXPECT_EQ(writer->state(), State::stopped);
  EXPECT_EQ(writer->lag(), 1u);
  close(session);
}

TEST_F(WriterTest, FindsOnePoisonAmongManyRecordsAndCommitsTheRest) {
  journal::GroupBuilder group;
  for (std::uint64_t i = 0; i < 500; ++i) {
    auto event = event_of(1 + i % 40, noon + std::chrono::seconds(i));
    if (i == 137 || i == 138 || i == 499) event.path = std::string_view("/\0", 2);  // Postgres stores no zero byte
    add(group, event);
  }
  submit_to(*journal, group);
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select string_agg(sequence || ' ' || sqlstate, ', ' order by sequence) from pico.dead_letters"),
            "138 22021, 139 22021, 500 22021");
  EXPECT_EQ(one("select count(*) from pico.events"), "497");
  EXPECT_EQ(one("select count(*) || ' ' || sum(events) from pico.visits"), "40 497");
}

TEST_F(WriterTest, RefusesOptionsThatCouldNotWork) {
  options.writers = 17;
  EXPECT_THROW(start(), std::invalid_argument);
  options.writers = 1;
  options.session_timeout = 2min;
  EXPECT_THROW(start(), std::invalid_argument);
}

}  // namespace
}  // namespace pico::writer
