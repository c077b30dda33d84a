#include "format.hpp"

#include <gmock/gmock.h>

#include <cctype>

#include "block_scanner.hpp"
#include "pico/core/hash.hpp"
#include "support.hpp"

namespace pico::journal {
namespace {

const EpochId epoch = *EpochId::from_hex("000102030405060708090a0b0c0d0e0f");

std::string hex(std::span<const std::byte> bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!std::isspace(static_cast<unsigned char>(c))) out += c;
  }
  return out;
}

std::vector<std::byte> block_of(const Texts& records, Sequence first) {
  std::vector<std::byte> bytes;
  const auto start = begin_block(bytes);
  std::uint8_t shard = 0;
  for (const auto& record : records) frame_record(bytes, ++shard, std::as_bytes(std::span(record)));
  seal_block(bytes, start, epoch, first, static_cast<std::uint32_t>(records.size()));
  return bytes;
}

// The two tests below fail when the bytes on disk change. Files of running installations have the old bytes: such a change needs
// a new format_version, and docs/journal-format.md shows the same bytes.
TEST(Format, TheBytesOfASegmentHeaderStayAsTheyAre) {
  const auto bytes = encode_segment_header({epoch, 7, 1001, 998, 65536});
  ASSERT_EQ(bytes.size(), 4096u);
  EXPECT_EQ(hex(std::span(bytes).first(56)), without_spaces(R"(
      5049434f4a524e4c 01000000 07000000 000102030405060708090a0b0c0d0e0f
      e903000000000000 e603000000000000 0000010000000000)"));
  EXPECT_EQ(hex(std::span(bytes).subspan(56, 4036)), std::string(2 * 4036, '0'));
  EXPECT_EQ(hex(std::span(bytes).last(4)), "f615474b");
}

TEST(Format, TheBytesOfABlockStayAsTheyAre) {
  const auto bytes = block_of({"hello", std::string(200, 'x')}, 1001);
  ASSERT_EQ(bytes.size(), 512u);
  const auto head = without_spaces(R"(
      50424c4b 1d12c8e4 000102030405060708090a0b0c0d0e0f e903000000000000 02000000 d2000000
      01 05 68656c6c6f
      02 c801)");
  std::string xs;
  for (int i = 0; i < 200; ++i) xs += "78";
  EXPECT_EQ(hex(bytes), head + xs + std::string(2 * (512 - 40 - 210), '0'));
}

TEST(Format, AHeaderIsReadBackAsItWasWritten) {
  SegmentHeader header;
  ASSERT_EQ(decode_segment_header(encode_segment_header({epoch, 7, 1001, 998, 65536}), header), HeaderFault::none);
  EXPECT_EQ(header.epoch, epoch);
  EXPECT_EQ(header.index, 7u);
  EXPECT_EQ(header.first, 1001u);
  EXPECT_EQ(header.previous_last, 998u);
  EXPECT_EQ(header.previous_length, 65536u);
}

TEST(Format, AHeaderWithAnyByteChangedIsDamaged) {
  const auto good = encode_segment_header({epoch, 7, 1001, 998, 65536});
  SegmentHeader header;
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bytes = good;
    bytes[i] ^= std::byte{0x10};
    ASSERT_EQ(decode_segment_header(bytes, header), HeaderFault::damaged) << "byte " << i;
  }
  EXPECT_EQ(decode_segment_header(std::span(good).first(4095), header), HeaderFault::damaged);
}

TEST(Format, ABlockIsPlausibleOnlyForItsEpochAndWithinTheBounds) {
  const auto bytes = block_of({"hello"}, 1);
  ASSERT_TRUE(plausible_block(bytes, epoch));
  EXPECT_FALSE(plausible_block(bytes, EpochId{}));
  EXPECT_FALSE(plausible_block(std::span(bytes).first(39), epoch));
  auto too_long = bytes;
  too_long[offsetof(DiskBlockHeader, length) + 3] = std::byte{1};
  EXPECT_FALSE(plausible_block(too_long, epoch));
  EXPECT_FALSE(plausible_block(std::vector<std::byte>(512), epoch));
}

TEST(Format, NamesOfSegmentsAreReadBackAndSortInTheOrderOfWriting) {
  const SegmentName name{1'700'000'000'000, epoch, 12};
  EXPECT_EQ(name.text(), "1700000000000-000102030405060708090a0b0c0d0e0f-00000012.journal");
  const auto parsed = SegmentName::parse(name.text());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->created_ms, name.created_ms);
  EXPECT_EQ(parsed->epoch, epoch);
  EXPECT_EQ(parsed->index, 12u);
  EXPECT_LT(name.text(), (SegmentName{name.created_ms, epoch, 13}.text()));
  EXPECT_LT(name.text(), (SegmentName{name.created_ms + 1, EpochId{}, 0}.text()));
}

TEST(Format, OtherNamesAreNotTakenForSegments) {
  for (const auto* text :
       {"", "lock", "spare-0.tmp", "-.journal", "1-2-3.journal", "x-000102030405060708090a0b0c0d0e0f-1.journal",
        "1-000102030405060708090a0b0c0d0e0f-.journal", "1-000102030405060708090A0B0C0D0E0F-1.journal",
        "1-000102030405060708090a0b0c0d0e0f-1x.journal", "1-000102030405060708090a0b0c0d0e0f-1.journal~"}) {
    EXPECT_FALSE(SegmentName::parse(text)) << text;
  }
}

TEST(Format, EpochIdsAreReadBackFromTheirText) {
  EXPECT_EQ(epoch.hex(), "000102030405060708090a0b0c0d0e0f");
  EXPECT_FALSE(EpochId::from_hex("00"));
  EXPECT_FALSE(EpochId::from_hex("zz0102030405060708090a0b0c0d0e0f"));
}

}  // namespace
}  // namespace pico::journal
