#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "pico/core/hash.hpp"
#include "rollup/codec.hpp"

namespace pico::stats {
namespace {

using Payload = std::vector<std::uint8_t>;

Table decoded(const Payload& payload) {
  Table table;
  const auto read = DecodedTable::of(payload);
  if (!read) throw std::runtime_error("the payload was refused");
  read->add_to(table);
  return table;
}

/// Values that share beginnings, with figures of all sizes.
Table some_table(std::size_t rows, std::mt19937_64& random) {
  Table table;
  for (std::size_t i = 0; i < rows; ++i) {
    Figures figures;
    Figures::each(figures, figures, [&](std::int64_t& figure, auto) { figure = static_cast<std::int64_t>(random() >> (1 + random() % 63)); });
    table["/articles/" + std::to_string(random() % (rows * 3)) + std::string(random() % 5, 'x')] = figures;
  }
  return table;
}

/// The same with a checksum that fits, as a wrong writer would leave it.
Payload with_checksum(Payload payload) {
  const auto checksum = crc32c(std::as_bytes(std::span(payload)).subspan(5));
  std::memcpy(payload.data() + 1, &checksum, sizeof checksum);
  return payload;
}

TEST(RollupCodec, ReturnsWhatWasEncoded) {
  std::mt19937_64 random(1);
  for (const std::size_t rows : {0u, 1u, 2u, 10u, 1000u, 20'000u}) {
    const auto table = some_table(rows, random);
    EXPECT_EQ(decoded(encode(table)), table) << rows << " rows";
  }
}

TEST(RollupCodec, KeepsBlankValuesBytesOfAllKindsAndTheLongestTexts) {
  Table table;
  table[""].visits = 1;
  table[std::string("\0\xff\x80 \xc3", 5)].visits = 2;
  std::string longest(2048, 'a');
  table[longest].visits = 3;
  longest.push_back('b');
  table[longest].visits = 4;
  EXPECT_EQ(decoded(encode(table)), table);
}

TEST(RollupCodec, KeepsEveryFigureInItsPlaceWhateverItsSize) {
  Table table;
  std::int64_t next = 1;
  auto& small = table["small"];
  Figures::each(small, small, [&](std::int64_t& figure, auto) { figure = next++; });
  auto& large = table["large"];
  Figures::each(large, large, [&](std::int64_t& figure, auto) { figure = std::numeric_limits<std::int64_t>::max() - next++; });
  auto& negative = table["negative"];
  Figures::each(negative, negative, [&](std::int64_t& figure, auto) { figure = -next++; });
  EXPECT_EQ(decoded(encode(table)), table);
}

TEST(RollupCodec, StoresFiguresInTheOrderOfEach) {
  Table table;
  std::int64_t next = 1;
  auto& row = table["x"];
  Figures::each(row, row, [&](std::int64_t& figure, auto) { figure = next++; });
  const auto payload = encode(table);
  ASSERT_EQ(payload[5], 0) << "too small to be worth compressing";
  EXPECT_EQ(Payload(payload.begin() + 6, payload.end()), (Payload{1, 0, 1, 'x', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
}

TEST(RollupCodec, GivesRowsInTheOrderOfTheirValues) {
  std::mt19937_64 random(2);
  std::vector<std::string> values;
  DecodedTable::of(encode(some_table(500, random)))->each([&](std::string_view value, const Figures&) { values.emplace_back(value); });
  EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
  EXPECT_GT(values.size(), 300u);
}

TEST(RollupCodec, AddsToWhatIsThere) {
  Table table;
  table["/a"].visits = 2;
  const auto payload = encode(table);
  DecodedTable::of(payload)->add_to(table);
  EXPECT_EQ(table.at("/a").visits, 4);
}

TEST(RollupCodec, MakesTheSameBytesOfTheSameTable) {
  std::mt19937_64 random(3);
  const auto table = some_table(300, random);
  EXPECT_EQ(encode(table), encode(Table(table.begin(), table.end())));
}

TEST(RollupCodec, RefusesAnotherVersionAndEveryChangedOrMissingByte) {
  std::mt19937_64 random(4);
  const auto payload = encode(some_table(40, random));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    auto changed = payload;
    changed[i] ^= static_cast<std::uint8_t>(1u << random() % 8);
    EXPECT_FALSE(DecodedTable::of(changed)) << "byte " << i;
    EXPECT_FALSE(DecodedTable::of(std::span(payload).first(i))) << "cut to " << i;
  }
  EXPECT_FALSE(DecodedTable::of({}));
}

TEST(RollupCodec, SurvivesArbitraryBytesBehindARightChecksum) {
  std::mt19937_64 random(5);
  const auto valid = encode(some_table(40, random));
  Table small;
  small["x"].visits = 1;
  const auto plain = encode(small);
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto payload = round % 2 == 0 ? valid : plain;
    if (round % 3 == 0) payload.resize(6 + random() % 60);
    for (auto changes = 1 + random() % 8; changes > 0; --changes) payload[5 + random() % (payload.size() - 5)] = static_cast<std::uint8_t>(random());
    const auto table = DecodedTable::of(with_checksum(payload));
    if (table) ++accepted, table->each([](std::string_view, const Figures&) {});
  }
  EXPECT_LT(accepted, 20'000u);
}

TEST(RollupCodec, RefusesSizesThatTheBytesCannotHold) {
  const auto refused = [](Payload rest) {
    Payload payload{1, 0, 0, 0, 0};
    payload.insert(payload.end(), rest.begin(), rest.end());
    return !DecodedTable::of(with_checksum(payload));
  };
  const Payload huge{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
  const auto with = [](Payload start, const Payload& more) {
    start.insert(start.end(), more.begin(), more.end());
    return start;
  };
  EXPECT_TRUE(refused(with({0}, huge))) << "rows";
  EXPECT_TRUE(refused(with({1}, huge))) << "bytes of the contents";
  EXPECT_TRUE(refused(with(with({0, 1}, huge), Payload(30, 0)))) << "bytes shared with the value before";
  EXPECT_TRUE(refused(with(with({0, 1, 0}, huge), Payload(30, 0)))) << "bytes of a value";
  EXPECT_TRUE(refused({0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) << "the first value shares nothing";
  EXPECT_TRUE(refused({2, 0})) << "an unknown form";
  EXPECT_TRUE(refused({0, 0, 0})) << "a byte too many";
  EXPECT_FALSE(refused({0, 0})) << "the empty table";
}

TEST(RollupCodec, RefusesValuesThatUnfoldWithoutEnd) {
  // 20,000 values that each share 65,536 bytes with the one before: 1.3 GB out of some kilobytes.
  Table table;
  const std::string longest(65'536, 'a');
  table[longest].visits = 1;
  auto contents = std::vector<std::byte>{};
  const auto varint = [&](std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) contents.push_back(static_cast<std::byte>(value | 0x80));
    contents.push_back(static_cast<std::byte>(value));
  };
  constexpr std::size_t count = 20'000;
  varint(count);
  for (std::size_t i = 0; i < count; ++i) varint(i == 0 ? 0 : longest.size());
  for (std::size_t i = 0; i < count; ++i) varint(i == 0 ? longest.size() : 0);
  contents.insert(contents.end(), longest.size(), std::byte{'a'});
  contents.insert(contents.end(), count * 11, std::byte{1});
  Payload payload{1, 0, 0, 0, 0, 0};
  for (const auto byte : contents) payload.push_back(static_cast<std::uint8_t>(byte));
  EXPECT_FALSE(DecodedTable::of(with_checksum(payload)));
}

}  // namespace
}  // namespace pico::stats
