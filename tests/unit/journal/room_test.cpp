#include <gmock/gmock.h>

#include "support.hpp"

namespace pico::journal {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint64_t gib = 1ull << 30;

/// Two large records fill a segment.
class RoomTest : public JournalTest {
 protected:
  /// Until the journal has no room; returns how many were durable.
  Sequence fill() {
    Sequence count = 0;
    while (commit(journal(), {large('x')}) == Outcome::durable) ++count;
    return count;
  }
  /// Waits for the housekeeping: deletions happen on its thread.
  void wait_for_segments(std::size_t count) {
    while (segments(options_.directory).size() != count) std::this_thread::yield();
  }
};

TEST_F(RoomTest, AFullJournalSaysSoAndRecoversWhenSegmentsAreReleased) {
  options_.max_bytes = 4 * options_.segment_bytes;
  auto& journal = open();
  const auto count = fill();
  EXPECT_EQ(count, 8u);
  EXPECT_LE(journal.bytes(), options_.max_bytes);
  EXPECT_EQ(journal.state(), State::full);
  EXPECT_THAT(journal.problem(), Not(IsEmpty()));
  EXPECT_EQ(commit(journal, {"small"}), Outcome::full);

  journal.release(journal.epoch(), 4);
  EXPECT_EQ(commit(journal, {"again"}), Outcome::durable) << "what is kept for a database that goes back gives way";
  EXPECT_EQ(journal.state(), State::ok);
  EXPECT_THAT(journal.problem(), IsEmpty());
  const auto reader = journal.reader(journal.epoch());
  reader->seek(8);
  EXPECT_THAT(read_all(*reader), ElementsAre("again"));
}

TEST_F(RoomTest, AFullJournalGetsWellWithoutAnybodySendingAnything) {
  options_.max_bytes = options_.segment_bytes;
  auto& journal = open();
  EXPECT_EQ(fill(), 2u);
  journal.release(journal.epoch(), 2);
  while (journal.state() != State::ok) std::this_thread::yield();
  EXPECT_EQ(commit(journal, {"again"}), Outcome::durable);
}

TEST_F(RoomTest, ADiskThatIsNearlyFullStopsTheJournalAndAnEmptierOneStartsIt) {
  options_.min_free_bytes = gib;
  files_->set_space({2 * gib, 100 * gib});
  auto& journal = open();
  EXPECT_EQ(commit(journal, {"one"}), Outcome::durable);
  files_->set_space({gib - 1, 100 * gib});
  files_->advance(2s);
  EXPECT_EQ(commit(journal, {"two"}), Outcome::full) << "although the segment has room";
  EXPECT_EQ(journal.state(), State::full);
  files_->set_space({gib, 100 * gib});
  EXPECT_EQ(commit(journal, {"three"}), Outcome::durable);
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre("one", "three"));
}

TEST_F(RoomTest, OnASmallDiskAFractionOfItIsKeptFree) {
  options_.min_free_bytes = gib;
  files_->set_space({gib / 10, gib});  // five percent is half of what is free
  EXPECT_EQ(commit(open(), {"one"}), Outcome::durable);
}

TEST_F(RoomTest, AWriteOfZerosWithoutRoomMeansFull) {
  files_->fail({.op = Op::write, .times = 1 << 30, .code = Errc::unavailable, .anywhere = true});
  auto& journal = open();
  EXPECT_EQ(commit(journal, {"one"}), Outcome::full);
  files_->heal();
  EXPECT_EQ(commit(journal, {"two"}), Outcome::durable);
}

TEST_F(RoomTest, ReleasedSegmentsStayForAWhile) {
  auto& journal = open();
  for (char c = 'a'; c <= 'f'; ++c) commit(journal, {large(c)});
  ASSERT_EQ(segments(options_.directory).size(), 3u);
  journal.release(journal.epoch(), 4);
  files_->advance(options_.keep - 1s);
  journal.release(journal.epoch(), 5);
  EXPECT_EQ(read_all(journal, journal.epoch()).size(), 6u);
  files_->advance(1s);
  journal.release(journal.epoch(), 5);
  wait_for_segments(1);
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre(large('e'), large('f')));
  EXPECT_EQ(journal.epochs().back().first, 5u);
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 0);
}

TEST_F(RoomTest, ASegmentGoesOnlyWithItsLastRecordAndTheCurrentOneStays) {
  options_.keep = std::chrono::minutes(0);
  auto& journal = open();
  for (char c = 'a'; c <= 'f'; ++c) commit(journal, {large(c)});
  journal.release(journal.epoch(), 3);
  wait_for_segments(2);
  EXPECT_EQ(journal.epochs().back().first, 3u);
  journal.release(journal.epoch(), 6);
  wait_for_segments(1);
  EXPECT_EQ(journal.epochs().back().first, 5u);
  EXPECT_EQ(journal.epochs().back().last, 6u);
}

TEST_F(RoomTest, ALowerReleaseTakesBackAHigherOne) {
  auto& journal = open();
  for (char c = 'a'; c <= 'f'; ++c) commit(journal, {large(c)});
  journal.release(journal.epoch(), 4);
  journal.release(journal.epoch(), 2);
  files_->advance(options_.keep);
  journal.release(journal.epoch(), 2);
  wait_for_segments(2);
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre(large('c'), large('d'), large('e'), large('f')));
}

TEST_F(RoomTest, AnOldEpochGoesWhenAllOfItIsReleased) {
  options_.keep = std::chrono::minutes(0);
  const auto old = open().epoch();
  for (char c = 'a'; c <= 'c'; ++c) commit(journal(), {large(c)});
  auto& journal = open();
  commit(journal, {"live"});
  journal.release(old, 3);
  wait_for_segments(1);
  while (journal.epochs().size() != 1) std::this_thread::yield();
  EXPECT_EQ(journal.epochs().front().id, journal.epoch());
  EXPECT_THAT(read_all(journal, old), IsEmpty());
  EXPECT_FALSE(journal.reader(old)->wait(1h));
}

TEST_F(RoomTest, ASegmentThatCannotBeDeletedIsNotReadAgainAndTriedAgain) {
  options_.keep = std::chrono::minutes(0);
  auto& journal = open();
  for (char c = 'a'; c <= 'd'; ++c) commit(journal, {large(c)});
  files_->fail({.op = Op::remove, .times = 1 << 30, .anywhere = true});
  journal.release(journal.epoch(), 2);
  while (journal.epochs().back().first != 3) std::this_thread::yield();
  EXPECT_EQ(segments(options_.directory).size(), 2u);
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre(large('c'), large('d')));
  files_->heal();
  journal.release(journal.epoch(), 2);
  wait_for_segments(1);
}

TEST_F(RoomTest, TheSpareIsRemovedByACleanStop) {
  open();
  commit(journal(), {"one"});
  close();
  for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) EXPECT_NE(entry.path().extension(), ".tmp");
}

}  // namespace
}  // namespace pico::journal
