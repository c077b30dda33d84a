#include "pico/core/hash.hpp"

#include <gtest/gtest.h>
#include <set>

namespace pico {
namespace {

/// The key of the SipHash paper: 00 01 … 0f.
HashKey paper_key() {
  HashKey key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<std::uint8_t>(i);
  return key;
}

class Hash : public testing::Test {
 protected:
  static void SetUpTestSuite() { initialise_crypto(); }
  const HashKey key = paper_key();
};

TEST_F(Hash, IsSipHash24OfTheLengthDelimitedFields) {
  // No field: the first test vector of the reference implementation (empty input).
  EXPECT_EQ(KeyedHasher(key).digest(), 0x726fdb47dd0e0e31ull);
  // From an implementation written apart from this one. A number is a field of 8 bytes.
  EXPECT_EQ(KeyedHasher(key).number(0x08090a0b0c0d0e0f).digest(), 0x91fb17756e53a93full);
  EXPECT_EQ(KeyedHasher(key).field("ab").field("c").digest(), 0xf141ee1af7240c65ull);
}

TEST_F(Hash, FieldsAreDelimitedByTheirLengths) {
  std::set<std::uint64_t> digests;
  digests.insert(KeyedHasher(key).field("ab").field("c").digest());
  digests.insert(KeyedHasher(key).field("a").field("bc").digest());
  digests.insert(KeyedHasher(key).field("abc").digest());
  digests.insert(KeyedHasher(key).field("abc").field("").digest());
  digests.insert(KeyedHasher(key).field("").field("abc").digest());
  EXPECT_EQ(digests.size(), 5u);
}

TEST_F(Hash, AnotherKeyGivesAnotherHash) {
  const auto other = HashKey::random();
  EXPECT_NE(KeyedHasher(key).field("a").digest(), KeyedHasher(other).field("a").digest());
}

TEST_F(Hash, ClearStartsAnewWithTheSameKey) {
  KeyedHasher hasher(key);
  hasher.field("something longer than the next one");
  hasher.clear();
  EXPECT_EQ(hasher.field("a").digest(), KeyedHasher(key).field("a").digest());
}

TEST_F(Hash, InputLargerThanTheReservedRoomIsHashedWhole) {
  const std::string large(5000, 'x');
  KeyedHasher in_parts(key);
  for (int i = 0; i < 3; ++i) in_parts.field(large);
  KeyedHasher other(key);
  other.field(large).field(large).field(large.substr(1) + "y");
  EXPECT_EQ(in_parts.digest(), KeyedHasher(key).field(large).field(large).field(large).digest());
  EXPECT_NE(in_parts.digest(), other.digest());
}

TEST_F(Hash, ADestroyedKeyLeavesNothingBehind) {
  alignas(HashKey) std::array<std::uint8_t, sizeof(HashKey)> memory{};
  auto* placed = new (memory.data()) HashKey(key);
  EXPECT_EQ(memory[5], 5);
  placed->~HashKey();
  EXPECT_EQ(memory, (std::array<std::uint8_t, sizeof(HashKey)>{}));
}

TEST_F(Hash, RandomKeysAndTextsDiffer) {
  EXPECT_NE(HashKey::random().bytes, HashKey::random().bytes);
  EXPECT_NE(random_hex(16), random_hex(16));
  EXPECT_EQ(random_hex(16).size(), 32u);
  EXPECT_EQ(random_hex(0), "");
}

TEST(Hex, IsLowerCaseWithLeadingZeros) {
  EXPECT_EQ(to_hex(std::array<std::uint8_t, 3>{0x00, 0x0a, 0xff}), "000aff");
  EXPECT_EQ(to_hex({}), "");
}

}  // namespace
}  // namespace pico
