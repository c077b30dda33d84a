#include "pico/core/byte_buffer.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace pico {
namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (const int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

TEST(ByteBuffer, WritesNumbersLittleEndian) {
  std::vector<std::byte> out;
  ByteWriter(out).number<std::uint32_t>(0x01020304);
  EXPECT_EQ(out, bytes_of({4, 3, 2, 1}));
}

TEST(ByteBuffer, ReadsBackWhatItWrote) {
  std::vector<std::byte> out;
  ByteWriter writer(out);
  writer.number<std::int16_t>(-2);
  writer.number(1.5);
  writer.text("");
  writer.text(std::string_view("a\0b", 3));
  ByteReader reader(out);
  EXPECT_EQ(reader.number<std::int16_t>(), -2);
  EXPECT_EQ(reader.number<double>(), 1.5);
  EXPECT_EQ(reader.text(), "");
  EXPECT_EQ(reader.text(), std::string_view("a\0b", 3));
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteBuffer, VarintsTakeOneByteForSevenBitsAndKeepTheLargestNumber) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{16383},
                                    std::uint64_t{16384}, std::numeric_limits<std::uint64_t>::max()}) {
    std::vector<std::byte> out;
    ByteWriter(out).varint(value);
    EXPECT_EQ(out.size(), value < 128 ? 1u : (static_cast<std::size_t>(std::bit_width(value)) + 6) / 7);
    ByteReader reader(out);
    EXPECT_EQ(reader.varint(), value);
    EXPECT_TRUE(reader.ok() && reader.at_end());
  }
}

TEST(ByteBuffer, AfterTheFirstReadPastTheEndEverythingIsZeroAndNotOk) {
  const auto in = bytes_of({1, 2, 3});
  ByteReader reader(in);
  EXPECT_EQ(reader.number<std::uint32_t>(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.number<std::uint8_t>(), 0u) << "a byte is left, but the position is no longer known to be right";
  EXPECT_EQ(reader.text(), "");
}

TEST(ByteBuffer, ATextLongerThanTheRestIsNotOk) {
  for (const auto& in :
       {bytes_of({5, 'a', 'b'}), bytes_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'a'}), bytes_of({})}) {
    ByteReader reader(in);
    EXPECT_EQ(reader.text(), "");
    EXPECT_FALSE(reader.ok());
  }
}

TEST(ByteBuffer, GivesTheNextBytesAndAllThatFollow) {
  const auto in = bytes_of({1, 2, 3, 4});
  ByteReader reader(in);
  EXPECT_EQ(reader.bytes(3).size(), 3u);
  ASSERT_EQ(reader.rest().size(), 1u);
  EXPECT_EQ(reader.rest()[0], std::byte{4});
  EXPECT_TRUE(reader.bytes(2).empty());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteBuffer, AVarintThatNeverEndsIsNotOk) {
  const std::vector<std::byte> in(20, std::byte{0x80});
  ByteReader reader(in);
  EXPECT_EQ(reader.varint(), 0u);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace pico
