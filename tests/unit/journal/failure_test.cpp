#include <gmock/gmock.h>

#include "support.hpp"

namespace pico::journal {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class FailureTest : public JournalTest {
 protected:
  /// After the longest pause between two attempts, whatever came before.
  Outcome commit_after_a_pause(const Texts& records) {
    files_->advance(10s);
    return commit(journal(), records);
  }
};

TEST_F(FailureTest, ReadersNeverPassTheDurableEnd) {
  auto& journal = open();
  const auto reader = journal.reader(journal.epoch());
  commit(journal, {"one"});
  files_->hold_syncs();
  auto outcome = submit(journal, {"two"});
  files_->wait_until_a_sync_is_held();
  EXPECT_EQ(journal.durable(), 1u);
  EXPECT_THAT(read_all(*reader), ElementsAre("one")) << "the second is in the file already, but not synced";
  EXPECT_FALSE(reader->wait(0ms));
  files_->let_syncs_go();
  EXPECT_EQ(outcome.get(), Outcome::durable);
  EXPECT_THAT(read_all(*reader), ElementsAre("two"));
}

struct Broken {
  const char* name;
  Fault fault;
};

class BrokenOperation : public FailureTest, public testing::WithParamInterface<Broken> {};

TEST_P(BrokenOperation, FailsItsGroupKeepsTheAcknowledgedAndGoesOnInANewSegment) {
  auto& journal = open();
  const auto reader = journal.reader(journal.epoch());
  ASSERT_EQ(commit(journal, {large('a')}), Outcome::durable);
  ASSERT_EQ(commit(journal, {large('b')}), Outcome::durable);  // the segment is full: what follows needs a new one
  files_->fail(GetParam().fault);
  EXPECT_EQ(commit(journal, {"lost"}), Outcome::failed);
  EXPECT_EQ(journal.state(), State::failed);
  EXPECT_THAT(journal.problem(), Not(IsEmpty()));
  EXPECT_EQ(metric("picolytics_journal_state{state=\"failed\"}"), 1);
  EXPECT_THAT(read_all(*reader), ElementsAre(large('a'), large('b')));

  EXPECT_EQ(commit_after_a_pause({"c"}), Outcome::durable);
  EXPECT_EQ(journal.state(), State::ok);
  EXPECT_THAT(journal.problem(), IsEmpty());
  EXPECT_EQ(metric("picolytics_journal_state{state=\"failed\"}"), 0);
  EXPECT_THAT(read_all(*reader), ElementsAre("c"));

  const auto epoch = journal.epoch();
  EXPECT_THAT(read_all(open(), epoch), ElementsAre(large('a'), large('b'), "c"));
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 0);
}

INSTANTIATE_TEST_SUITE_P(
    , BrokenOperation,
    testing::Values(Broken{"WriteOfTheHeader", {.op = Op::write}}, Broken{"WriteOfABlock", {.op = Op::write, .skip = 1}},
                    Broken{"WriteWithoutRoom", {.op = Op::write, .skip = 1, .code = Errc::unavailable}},
                    Broken{"SyncOfTheHeader", {.op = Op::sync}}, Broken{"SyncOfABlock", {.op = Op::sync, .skip = 1}},
                    Broken{"Rename", {.op = Op::rename}}, Broken{"SyncOfTheDirectory", {.op = Op::sync_directory}}),
    [](const auto& broken) { return broken.param.name; });

TEST_F(FailureTest, ASegmentIsNeverWrittenAgainAfterAFailedSync) {
  auto& journal = open();
  commit(journal, {"one"});
  files_->fail({.op = Op::sync});
  EXPECT_EQ(commit(journal, {"failed"}), Outcome::failed);
  const auto abandoned = segments(options_.directory).at(0);
  const auto bytes = file_text(abandoned);
  EXPECT_EQ(commit_after_a_pause({"two"}), Outcome::durable);
  EXPECT_EQ(file_text(abandoned), bytes);
  EXPECT_EQ(segments(options_.directory).size(), 2u);
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre("one", "two"));

  Entry entry;
  const auto reader = journal.reader(journal.epoch());
  reader->seek(1);
  ASSERT_TRUE(reader->next(entry));
  EXPECT_EQ(entry.sequence, 3u) << "the failed record's number is not used again";
}

TEST_F(FailureTest, GroupsFailAtOnceBetweenTheAttempts) {
  auto& journal = open();
  commit(journal, {"one"});
  files_->fail({.op = Op::sync});
  EXPECT_EQ(commit(journal, {"a"}), Outcome::failed);
  EXPECT_EQ(commit(journal, {"b"}), Outcome::failed) << "the disk would work again, but the pause is not over";
  EXPECT_EQ(segments(options_.directory).size(), 1u);
}

TEST_F(FailureTest, ADiskThatKeepsFailingIsTriedAgainUntilItWorks) {
  auto& journal = open();
  commit(journal, {"one"});
  files_->fail({.op = Op::sync, .times = 1 << 30});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(commit_after_a_pause({"x"}), Outcome::failed);
  files_->heal();
  EXPECT_EQ(commit_after_a_pause({"two"}), Outcome::durable);
  EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre("one", "two"));
}

TEST_F(FailureTest, ASpareThatCannotBeMadeFailsGroupsUntilOneCan) {
  for (const auto op : {Op::create, Op::write, Op::reserve, Op::sync}) {
    files_->fail({.op = op, .times = 1 << 30, .anywhere = true});
    auto& journal = open();
    EXPECT_EQ(commit(journal, {"x"}), Outcome::failed);
    files_->heal();
    EXPECT_EQ(commit_after_a_pause({"one"}), Outcome::durable);
    EXPECT_THAT(read_all(journal, journal.epoch()), ElementsAre("one"));
  }
}

TEST_F(FailureTest, AReaderTriesAPlaceAgainThatTheDiskDoesNotGive) {
  auto& journal = open();
  commit(journal, {"one"});
  const auto reader = journal.reader(journal.epoch());
  files_->fail({.op = Op::read, .times = 2, .anywhere = true});
  EXPECT_THAT(read_all(*reader), IsEmpty());
  EXPECT_FALSE(reader->wait(0ms)) << "or its caller would turn in circles";
  EXPECT_THAT(read_all(*reader), ElementsAre("one"));
  EXPECT_EQ(metric("picolytics_journal_damaged_blocks_total"), 0);
}

TEST_F(FailureTest, AReaderSkipsAPlaceThatTheDiskDoesNotGiveForLong) {
  auto& journal = open();
  commit(journal, {large('a'), large('b')});
  commit(journal, {"c"});
  const auto reader = journal.reader(journal.epoch());
  files_->fail({.op = Op::read, .times = 1 << 30, .anywhere = true});
  EXPECT_THAT(read_all(*reader), IsEmpty());
  files_->advance(10min);
  EXPECT_THAT(read_all(*reader), IsEmpty());
  EXPECT_EQ(metric("picolytics_journal_damaged_blocks_total"), 1);
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 3);
  files_->heal();
  EXPECT_THAT(read_all(*reader), IsEmpty());
  commit(journal, {"d"});
  EXPECT_THAT(read_all(*reader), ElementsAre("d"));
}

}  // namespace
}  // namespace pico::journal
