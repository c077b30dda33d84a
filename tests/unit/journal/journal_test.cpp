#include "pico/journal/journal.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace pico::journal {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(JournalTest, GivesBackRecordsInOrderWithTheirNumbersAndShards) {
  auto& journal = open();
  GroupBuilder builder;
  std::promise<Outcome> done;
  builder.add(3, std::as_bytes(std::span("a", 1)));
  builder.add(15, {});
  journal.submit(builder.take([&](Outcome outcome) { done.set_value(outcome); }));
  EXPECT_EQ(done.get_future().get(), Outcome::durable);
  EXPECT_EQ(builder.records(), 0u);

  const auto reader = journal.reader(journal.epoch());
  Entry entry;
  ASSERT_TRUE(reader->next(entry));
  EXPECT_EQ(entry.sequence, 1u);
  EXPECT_EQ(entry.shard, 3);
  EXPECT_EQ(entry.payload.size(), 1u);
  ASSERT_TRUE(reader->next(entry));
  EXPECT_EQ(entry.sequence, 2u);
  EXPECT_EQ(entry.shard, 15);
  EXPECT_TRUE(entry.payload.empty());
  EXPECT_FALSE(reader->next(entry));
}

TEST_F(JournalTest, KeepsTheOrderOverManySegments) {
  auto& journal = open();
  const auto reader = journal.reader(journal.epoch());
  Texts expected, followed;
  for (char c = 'a'; c <= 'z'; ++c) {
    EXPECT_EQ(commit(journal, {large(c), std::string(1, c)}), Outcome::durable);
    expected.push_back(large(c));
    expected.push_back(std::string(1, c));
    for (auto& text : read_all(*reader)) followed.push_back(std::move(text));
  }
  EXPECT_GT(segments(options_.directory).size(), 10u);
  EXPECT_EQ(journal.durable(), 52u);
  EXPECT_EQ(followed, expected);
  EXPECT_EQ(read_all(journal, journal.epoch()), expected);
  EXPECT_EQ(metric("picolytics_journal_records_total"), 52);
  EXPECT_EQ(metric("picolytics_journal_segments"), static_cast<double>(segments(options_.directory).size()));
}

TEST_F(JournalTest, OldEpochsAreReadLikeTheLiveOneAndListedBeforeIt) {
  const auto first = open().epoch();
  commit(journal(), {"one", "two"});
  const auto second = open().epoch();
  commit(journal(), {"three"});
  auto& journal = open();
  commit(journal, {"four"});

  const auto epochs = journal.epochs();
  ASSERT_EQ(epochs.size(), 3u);
  EXPECT_EQ(epochs[0].id, first);
  EXPECT_EQ(epochs[0].first, 1u);
  EXPECT_EQ(epochs[0].last, 2u);
  EXPECT_FALSE(epochs[0].live);
  EXPECT_EQ(epochs[1].id, second);
  EXPECT_EQ(epochs[2].id, journal.epoch());
  EXPECT_TRUE(epochs[2].live);
  EXPECT_THAT(read_all(journal, first), ElementsAre("one", "two"));
  EXPECT_THAT(read_all(journal, second), ElementsAre("three"));
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre("four"));
}

TEST_F(JournalTest, AnEpochWithoutRecordsIsGoneAfterTheNextStart) {
  auto empty = open().epoch();
  auto& journal = open();
  ASSERT_EQ(journal.epochs().size(), 1u);
  EXPECT_NE(journal.epochs()[0].id, empty);
  EXPECT_THAT(read_all(journal, empty), IsEmpty());
  EXPECT_LE(segments(options_.directory).size(), 1u);
}

TEST_F(JournalTest, ASecondOpenerIsToldWhoHoldsTheDirectory) {
  open();
  metrics::Registry registry;
  const auto second = Journal::open(options_, registry);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_THAT(second.error().message, HasSubstr(options_.directory.string()));
  close();
  EXPECT_TRUE(Journal::open(options_, registry));
}

TEST_F(JournalTest, SeekFindsEveryRecordForwardsAndBackwards) {
  auto& journal = open();
  for (int i = 0; i < 10; ++i) commit(journal, {large('x'), "b", "c"});
  const auto reader = journal.reader(journal.epoch());
  Entry entry;
  for (Sequence after = 0; after < 30; ++after) {
    for (const auto target : {after, 29 - after}) {
      reader->seek(target);
      ASSERT_TRUE(reader->next(entry));
      EXPECT_EQ(entry.sequence, target + 1);
    }
  }
  reader->seek(30);
  EXPECT_FALSE(reader->next(entry));
}

TEST_F(JournalTest, WaitingEndsWhenARecordBecomesDurable) {
  auto& journal = open();
  const auto reader = journal.reader(journal.epoch());
  auto woken = std::async(std::launch::async, [&] { return reader->wait(1h); });
  commit(journal, {"a"});
  EXPECT_TRUE(woken.get());
  EXPECT_TRUE(reader->wait(0ms)) << "the record has not been read yet";
  EXPECT_THAT(read_all(*reader), ElementsAre("a"));
  EXPECT_FALSE(reader->wait(0ms));
}

TEST_F(JournalTest, WaitingEndsWithTheJournalAndAtTheEndOfAnOldEpoch) {
  const auto old = open().epoch();
  commit(journal(), {"a"});
  auto& journal = open();
  const auto old_reader = journal.reader(old);
  EXPECT_TRUE(old_reader->wait(1h));
  read_all(*old_reader);
  EXPECT_FALSE(old_reader->wait(1h));

  const auto reader = journal.reader(journal.epoch());
  auto woken = std::async(std::launch::async, [&] { return reader->wait(1h); });
  journal.stop();
  EXPECT_FALSE(woken.get());
}

TEST_F(JournalTest, StopSyncsWhatWasSubmittedBefore) {
  auto& journal = open();
  commit(journal, {"first"});
  files_->hold_syncs();
  auto in_flight = submit(journal, {"in flight"});
  files_->wait_until_a_sync_is_held();
  auto waiting = submit(journal, {"waiting"});
  auto stopped = std::async(std::launch::async, [&] { journal.stop(); });
  files_->let_syncs_go();
  stopped.get();
  EXPECT_EQ(in_flight.get(), Outcome::durable);
  EXPECT_EQ(waiting.get(), Outcome::durable);
  EXPECT_EQ(commit(journal, {"too late"}), Outcome::failed);
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre("first", "in flight", "waiting"));
}

TEST_F(JournalTest, GroupsThatWaitForASyncShareTheNextOne) {
  auto& journal = open();
  commit(journal, {"first"});
  files_->hold_syncs();
  auto in_flight = submit(journal, {"in flight"});
  files_->wait_until_a_sync_is_held();
  std::vector<std::future<Outcome>> waiting;
  for (int i = 0; i < 20; ++i) waiting.push_back(submit(journal, {"w"}));
  const auto before = metric("picolytics_journal_syncs_total");
  files_->let_syncs_go();
  for (auto& outcome : waiting) EXPECT_EQ(outcome.get(), Outcome::durable);
  journal.stop();
  EXPECT_EQ(metric("picolytics_journal_syncs_total") - before, 2);
}

TEST_F(JournalTest, AGroupThatFitsNoBlockFailsAndHoldsNobodyUp) {
  auto& journal = open();
  auto large_one = submit(journal, {std::string(8 << 10, 'x')});
  auto small_one = submit(journal, {"a"});
  EXPECT_EQ(large_one.get(), Outcome::failed);
  EXPECT_EQ(small_one.get(), Outcome::durable);
  EXPECT_EQ(journal.state(), State::ok);
}

TEST_F(JournalTest, AGroupWithoutRecordsIsDurableAtOnce) {
  auto& journal = open();
  EXPECT_EQ(commit(journal, {}), Outcome::durable);
  EXPECT_EQ(journal.durable(), 0u);
}

TEST_F(JournalTest, TellsHowLongTheOldestGroupHasBeenWaiting) {
  auto& journal = open();
  commit(journal, {"a"});
  files_->hold_syncs();
  auto outcome = submit(journal, {"b"});
  files_->wait_until_a_sync_is_held();
  files_->advance(6s);
  auto later = submit(journal, {"c"});
  EXPECT_EQ(journal.oldest_wait(), 6s);
  files_->let_syncs_go();
  outcome.get();
  later.get();
  journal.stop();
  EXPECT_EQ(journal.oldest_wait(), 0s);
}

TEST_F(JournalTest, OptionsThatCannotWorkAreRefused) {
  options_.segment_bytes = 4096;
  EXPECT_EQ(Journal::open(options_, *registry_).error().code, Errc::invalid);
  options_.segment_bytes = 1 << 20;
  options_.max_bytes = 1 << 19;
  EXPECT_EQ(Journal::open(options_, *registry_).error().code, Errc::invalid);
}

}  // namespace
}  // namespace pico::journal
