#include <gmock/gmock.h>

#include <numeric>

#include "epoch_source.hpp"
#include "unit/journal/faulty_files.hpp"
#include "writer_fixture.hpp"

/// An old epoch on a disk that now and then does not give what is there.
namespace pico::writer {
namespace {

using journal::Op;
using testing::ElementsAre;
using testing::IsEmpty;

/// Eight records of an old epoch, two in each of four segments.
struct FlakyDisk : WriterTest {
  FlakyDisk() {
    open(files, 8 << 10);
    for (std::uint64_t visitor = 1; visitor <= 8; ++visitor) {
      auto event = event_of(visitor, noon);
      event.path = path;
      journal::GroupBuilder group;
      add(group, event);
      submit_to(*journal, group);
    }
    open(files, 8 << 10);
    old = journal->epochs().front();
  }
  [[nodiscard]] EpochSource source() const {
    std::vector<std::uint8_t> shards(event::shard_count);
    std::iota(shards.begin(), shards.end(), std::uint8_t{0});
    return {*journal, old, shards, std::vector<journal::Sequence>(shards.size())};
  }
  static std::vector<journal::Sequence> read(EpochSource& source) {
    std::vector<journal::Sequence> out;
    for (journal::Entry entry; source.next(entry);) out.push_back(entry.sequence);
    return out;
  }
  static journal::Fault always(Op op, Errc code = Errc::io) { return {.op = op, .times = 1 << 30, .code = code, .anywhere = true}; }
  double lost() { return metric("picolytics_journal_lost_records_total"); }
  std::string written() { return one("select coalesce(string_agg((visit_id / 1024)::text, ' ' order by visit_id), '') from pico.events"); }

  const std::string path = "/" + std::string(1500, 'a');
  std::shared_ptr<journal::FaultyFiles> files = std::make_shared<journal::FaultyFiles>();
  journal::EpochInfo old;
};

TEST_F(FlakyDisk, HasAnOldEpochOfFourSegments) {
  ASSERT_FALSE(old.live);
  EXPECT_EQ(old.last, 8u);
  std::size_t segments = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder.path() / "journal"))
    segments += static_cast<std::size_t>(file.path().filename().string().find(old.id.hex()) != std::string::npos);
  EXPECT_EQ(segments, 4u);
}

TEST_F(FlakyDisk, IsNoEndOfAnOldEpoch) {
  auto all = source();
  journal::Entry entry;
  ASSERT_TRUE(all.next(entry) && all.next(entry));
  files->fail({.op = Op::open, .anywhere = true});
  EXPECT_THAT(read(all), IsEmpty());
  EXPECT_FALSE(all.ended());
  EXPECT_EQ(all.position(), 2u) << "or the checkpoint would pass records that nobody has read";
  EXPECT_FALSE(all.wait(0ms)) << "or its caller would turn in circles";
  EXPECT_THAT(read(all), ElementsAre(3, 4, 5, 6, 7, 8));
  EXPECT_TRUE(all.ended());
  EXPECT_EQ(lost(), 0);
}

TEST_F(FlakyDisk, LosesNoRecordOfASegmentThatCannotBeOpenedOrReadForAMoment) {
  for (const auto op : {Op::open, Op::read}) files->fail({.op = op, .skip = 1, .times = 3, .anywhere = true});
  const auto writer = start();
  ASSERT_TRUE(writer->wait_until_committed(old.id, 8, 60s));
  EXPECT_EQ(written(), "1 2 3 4 5 6 7 8");
  EXPECT_EQ(lost(), 0);
}

TEST_F(FlakyDisk, StopsInTimeAndWritesTheRestAtTheNextStart) {
  files->fail(always(Op::open));
  auto writer = start();
  writer->stop(60s);
  EXPECT_EQ(written(), "");
  EXPECT_EQ(writer->lag(), 8u);
  files->heal();
  writer = start();
  ASSERT_TRUE(writer->wait_until_committed(old.id, 8, 60s));
  EXPECT_EQ(written(), "1 2 3 4 5 6 7 8");
}

TEST_F(FlakyDisk, LosesWhatItDoesNotGiveForLongAndCountsThat) {
  auto all = source();
  journal::Entry entry;
  ASSERT_TRUE(all.next(entry) && all.next(entry));
  files->fail({.op = Op::open, .times = 2, .anywhere = true});
  EXPECT_THAT(read(all), IsEmpty());
  files->advance(6min);
  EXPECT_THAT(read(all), ElementsAre(5, 6, 7, 8));
  EXPECT_TRUE(all.ended());
  EXPECT_EQ(lost(), 2);
  EXPECT_EQ(metric("picolytics_journal_damaged_blocks_total"), 1);
}

TEST_F(FlakyDisk, EndsAnEpochWhoseLastSegmentsStayAway) {
  auto all = source();
  journal::Entry entry;
  ASSERT_TRUE(all.next(entry));
  files->fail(always(Op::open));
  EXPECT_THAT(read(all), ElementsAre(2));
  for (int segment = 0; segment < 3; ++segment) {
    EXPECT_FALSE(all.ended());
    files->advance(6min);
    EXPECT_THAT(read(all), IsEmpty());
  }
  EXPECT_TRUE(all.ended());
  EXPECT_EQ(all.position(), 8u);
  EXPECT_EQ(lost(), 6);
}

TEST_F(FlakyDisk, IsWaitedForWithoutEndWhereTheFileIsThereAndOnlyDescriptorsAreMissing) {
  auto all = source();
  files->fail(always(Op::open, Errc::unavailable));
  EXPECT_THAT(read(all), IsEmpty());
  files->advance(24h);
  EXPECT_THAT(read(all), IsEmpty());
  EXPECT_FALSE(all.ended());
  files->heal();
  EXPECT_THAT(read(all), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(lost(), 0);
}

}  // namespace
}  // namespace pico::writer
