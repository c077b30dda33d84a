#include <gmock/gmock.h>

#include <fstream>

#include "format.hpp"
#include "pico/core/hash.hpp"
#include "support.hpp"

namespace pico::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t header = segment_header_bytes;
constexpr std::size_t block = block_alignment;  // what a small record takes

std::string crc_of(std::string_view bytes) {
  const auto crc = crc32c(std::as_bytes(std::span(bytes)));
  return {reinterpret_cast<const char*>(&crc), sizeof crc};
}

/// Files as a process left them that ended without a word. Each record is a block of its own.
class RecoveryTest : public JournalTest {
 protected:
  void leave_behind(const Texts& records) {
    epoch_ = open().epoch();
    for (const auto& record : records) ASSERT_EQ(commit(journal(), {record}), Outcome::durable);
    close();
  }
  std::filesystem::path segment(std::size_t i) const { return segments(options_.directory).at(i); }
  Texts recovered() { return read_all(open(), epoch_); }
  Sequence recovered_last() { return journal().epochs().front().last; }

  EpochId epoch_;
};

TEST_F(RecoveryTest, ABlockTornAtAnyByteIsTheEndWithoutDamage) {
  leave_behind({"one", "two", "three"});
  const auto path = segment(0);
  const auto whole = file_text(path);
  const auto tail = header + 2 * block;
  const auto used = block_header_bytes + 2 + 5;  // shard, length, "three"
  for (std::size_t n = 0; n < used; ++n) {
    write_file(path, whole.substr(0, tail + n));
    EXPECT_THAT(recovered(), ElementsAre("one", "two")) << "cut after byte " << n;
    auto zeroed = whole;
    std::fill(zeroed.begin() + static_cast<std::ptrdiff_t>(tail + n), zeroed.end(), '\0');
    write_file(path, zeroed);
    EXPECT_THAT(recovered(), ElementsAre("one", "two")) << "zeros from byte " << n;
    EXPECT_EQ(recovered_last(), 2u);
  }
  write_file(path, whole.substr(0, tail + used));
  EXPECT_THAT(recovered(), ElementsAre("one", "two", "three")) << "only padding is missing";
  EXPECT_EQ(metric("picolytics_journal_damaged_blocks_total"), 0);
}

TEST_F(RecoveryTest, AFlippedBitCostsOneBlockAndIsCountedOnce) {
  leave_behind({"one", "two", "three", "four"});
  const auto path = segment(0);
  const auto whole = file_text(path);
  int damaged = 0;
  for (std::size_t at = header + block; at < header + block + block_header_bytes + 2 + 3; ++at) {
    write_file(path, whole);
    flip_bit(path, at);
    EXPECT_THAT(recovered(), ElementsAre("one", "three", "four")) << "byte " << at;
    read_all(journal(), epoch_);
    EXPECT_EQ(metric("picolytics_journal_damaged_blocks_total"), ++damaged);
    EXPECT_EQ(metric("picolytics_journal_lost_records_total"), damaged);
  }
}

TEST_F(RecoveryTest, BlocksInARowThatAreLostAreOnePlaceWithAllTheirRecords) {
  leave_behind({"one", "two", "three", "four"});
  auto bytes = file_text(segment(0));
  bytes.replace(header + block, 2 * block, 2 * block, '\0');
  write_file(segment(0), bytes);
  EXPECT_THAT(recovered(), ElementsAre("one", "four"));
  EXPECT_EQ(metric("picolytics_journal_damaged_blocks_total"), 1);
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 2);
}

TEST_F(RecoveryTest, ABlockOfAnotherEpochIsNotTakenForOneOfThisOne) {
  leave_behind({"other"});
  const auto foreign = file_text(segment(0)).substr(header, block);
  std::filesystem::remove(segment(0));
  leave_behind({"one", "two", "three"});
  auto bytes = file_text(segment(0));
  bytes.replace(header + block, block, foreign);
  write_file(segment(0), bytes);
  EXPECT_THAT(recovered(), ElementsAre("one", "three"));
}

TEST_F(RecoveryTest, ASegmentCutShortInTheMiddleLosesItsRestAndNoMore) {
  leave_behind({large('a'), large('b'), large('c'), large('d')});
  std::filesystem::resize_file(segment(0), header + 100);
  EXPECT_THAT(recovered(), ElementsAre(large('c'), large('d')));
  EXPECT_EQ(metric("picolytics_journal_damaged_blocks_total"), 1);
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 2);
}

TEST_F(RecoveryTest, AMissingSegmentIsReportedWithItsRecords) {
  leave_behind({large('a'), large('b'), large('c'), large('d'), large('e')});
  std::filesystem::remove(segment(1));
  EXPECT_THAT(recovered(), ElementsAre(large('a'), large('b'), large('e')));
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 2);
}

TEST_F(RecoveryTest, ADamagedHeaderCostsNoRecord) {
  for (std::size_t broken = 0; broken < 3; ++broken) {
    leave_behind({large('a'), large('b'), large('c'), large('d'), large('e')});
    flip_bit(segment(broken), 40);
    EXPECT_THAT(recovered(), ElementsAre(large('a'), large('b'), large('c'), large('d'), large('e')));
    EXPECT_EQ(recovered_last(), 5u);
    close();
    for (const auto& path : segments(options_.directory)) std::filesystem::remove(path);
  }
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 0);
}

TEST_F(RecoveryTest, SeekWorksBehindDamage) {
  leave_behind({"one", "two", "three", "four"});
  flip_bit(segment(0), header + 2 * block);
  const auto reader = open().reader(epoch_);
  reader->seek(2);
  EXPECT_THAT(read_all(*reader), ElementsAre("four"));
  EXPECT_FALSE(reader->wait(std::chrono::hours(1)));
}

TEST_F(RecoveryTest, AReaderAtADamagedEndWaitsInsteadOfTurningInCircles) {
  auto& journal = open();
  commit(journal, {"one"});
  commit(journal, {"two"});
  flip_bit(segment(0), header + block + 4);
  const auto reader = journal.reader(journal.epoch());
  EXPECT_THAT(read_all(*reader), ElementsAre("one"));
  EXPECT_FALSE(reader->wait(std::chrono::milliseconds(0)));
  commit(journal, {"three"});
  EXPECT_TRUE(reader->wait(std::chrono::hours(1)));
  EXPECT_THAT(read_all(*reader), ElementsAre("three"));
  EXPECT_EQ(metric("picolytics_journal_lost_records_total"), 1);
}

TEST_F(RecoveryTest, AnotherVersionIsRefusedByTheNameOfItsFileAndWithTheCommandToGoOn) {
  leave_behind({"one"});
  for (const auto& [version, name] : {std::pair{0, "an older version"}, std::pair{2, "a newer version"}}) {
    auto bytes = file_text(segment(0));
    bytes[offsetof(DiskSegmentHeader, version)] = static_cast<char>(version);
    const auto crc = crc_of(std::string_view(bytes).substr(0, offsetof(DiskSegmentHeader, crc)));
    bytes.replace(offsetof(DiskSegmentHeader, crc), 4, crc);
    write_file(segment(0), bytes);
    const auto refused = Journal::open(options_, *registry_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().message, HasSubstr("mv " + segment(0).string()));
    EXPECT_THAT(refused.error().message, HasSubstr(name));
  }
}

TEST_F(RecoveryTest, UnfinishedFilesAreRemovedAndForeignOnesLeftAlone) {
  leave_behind({"one"});
  const auto spare = options_.directory / "spare-77.tmp";
  const auto foreign = options_.directory / "notes.txt";
  write_file(spare, "half");
  write_file(foreign, "mine");
  EXPECT_THAT(recovered(), ElementsAre("one"));
  EXPECT_FALSE(std::filesystem::exists(spare));
  EXPECT_TRUE(std::filesystem::exists(foreign));
}

TEST_F(RecoveryTest, ANewEpochSortsBehindOldOnesEvenIfTheClockWentBack) {
  leave_behind({"one"});
  auto name = *SegmentName::parse(segment(0).filename().string());
  name.created_ms += 1'000'000'000;
  std::filesystem::rename(segment(0), options_.directory / name.text());
  commit(open(), {"two"});
  const auto live = journal().epoch();
  open();
  EXPECT_EQ(journal().epochs()[0].id, epoch_);
  EXPECT_EQ(journal().epochs()[1].id, live);
}

TEST_F(RecoveryTest, ADiskThatRefusesToReadStopsTheStartInsteadOfLosingRecords) {
  leave_behind({"one"});
  files_->fail({.op = Op::read, .skip = 1, .times = 100, .anywhere = true});
  const auto refused = Journal::open(options_, *registry_, files_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::io);
  files_->heal();
  EXPECT_THAT(recovered(), ElementsAre("one"));
}

}  // namespace
}  // namespace pico::journal
