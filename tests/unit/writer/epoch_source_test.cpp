#include "epoch_source.hpp"

#include <gmock/gmock.h>

#include "progress.hpp"
#include "writer_fixture.hpp"

namespace pico::writer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Sequences = std::vector<journal::Sequence>;

/// A journal whose live epoch has records 1–8 in shards 0, 1, 2, 3, 0, 1, 2, 3. No database.
struct JournalOfEight : testing::Test {
  JournalOfEight() {
    open();
    const std::byte payload{1};
    journal::GroupBuilder group;
    for (std::uint8_t i = 0; i < 8; ++i) group.add(i % 4, std::span(&payload, 1));
    WriterTest::submit_to(*journal, group);
  }
  void open() {
    journal.reset();
    journal = std::move(*journal::Journal::open({.directory = folder.path(), .segment_bytes = 1 << 20}, registry));
  }
  [[nodiscard]] EpochSource source(std::vector<std::uint8_t> shards, Sequences checkpoints) const {
    return {*journal, journal->epochs().front(), std::move(shards), std::move(checkpoints)};
  }
  static Sequences read(EpochSource& source) {
    Sequences out;
    for (journal::Entry entry; source.next(entry);) out.push_back(entry.sequence);
    return out;
  }
  test::TemporaryFolder folder;
  metrics::Registry registry;
  std::unique_ptr<journal::Journal> journal;
};

TEST_F(JournalOfEight, IsReadByShard) {
  auto odd = source({1, 3}, {0, 0});
  EXPECT_THAT(read(odd), ElementsAre(2, 4, 6, 8));
  EXPECT_EQ(odd.position(), 8u);
}

TEST_F(JournalOfEight, IsReadBehindEachShardsCheckpoint) {
  auto uneven = source({0, 2, 3}, {5, 0, 4});
  EXPECT_THAT(read(uneven), ElementsAre(3, 7, 8));
}

TEST_F(JournalOfEight, MovesOnlyCheckpointsThatAreBehind) {
  auto uneven = source({0, 2, 3}, {5, 0, 4});
  const auto moves = uneven.advances(5);
  ASSERT_EQ(moves.size(), 2u);
  EXPECT_EQ(moves[0].shard, 2);
  EXPECT_EQ(moves[0].expected, 0u);
  EXPECT_EQ(moves[0].target, 5u);
  uneven.committed(5);
  EXPECT_THAT(uneven.checkpoints(), ElementsAre(5, 5, 5));
  EXPECT_THAT(uneven.advances(5), IsEmpty());
}

TEST_F(JournalOfEight, EndsAnOldEpochAtItsEndEvenIfTheLastRecordsAreOthers) {
  open();
  auto first_shard = source({0}, {0});
  EXPECT_THAT(read(first_shard), ElementsAre(1, 5));
  EXPECT_TRUE(first_shard.ended());
  EXPECT_EQ(first_shard.position(), 8u);
}

TEST_F(JournalOfEight, IsCommittedAsFarAsItsSlowestWorker) {
  Progress progress(*journal, 2);
  const auto epoch = journal->epoch();
  progress.set(0, epoch, 8);
  EXPECT_EQ(progress.of(epoch), 0u);
  EXPECT_EQ(progress.lag(), 8u);
  progress.set(1, epoch, 6);
  EXPECT_EQ(progress.of(epoch), 6u);
  EXPECT_EQ(progress.lag(), 2u);
  EXPECT_TRUE(progress.wait(epoch, 6, 0ms));
  EXPECT_FALSE(progress.wait(epoch, 7, 0ms));
  progress.set(0, epoch, 3);  // the database went back
  EXPECT_EQ(progress.of(epoch), 3u);
}

TEST_F(JournalOfEight, LetsNobodyWaitForAWriterThatHasEnded) {
  Progress progress(*journal, 1);
  std::jthread ending([&] { progress.interrupt(); });
  EXPECT_FALSE(progress.wait(journal->epoch(), 8, 1h));
}

}  // namespace
}  // namespace pico::writer
