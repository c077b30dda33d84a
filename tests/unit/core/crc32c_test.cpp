#include "crc32c.hpp"

#include <gtest/gtest.h>
#include <string_view>
#include <vector>

#include "pico/core/hash.hpp"

namespace pico {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::vector<std::byte> counting(std::size_t n, int step) {
  std::vector<std::byte> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::byte>(step > 0 ? i : n - 1 - i);
  return out;
}

/// The vectors of RFC 3720, appendix B.4, and the customary check value.
void expect_known_vectors(std::uint32_t (*crc)(std::span<const std::byte>, std::uint32_t)) {
  EXPECT_EQ(crc(bytes_of("123456789"), 0), 0xE3069283u);
  EXPECT_EQ(crc({}, 0), 0u);
  EXPECT_EQ(crc(std::vector(32, std::byte{0x00}), 0), 0x8A9136AAu);
  EXPECT_EQ(crc(std::vector(32, std::byte{0xFF}), 0), 0x62A8AB43u);
  EXPECT_EQ(crc(counting(32, 1), 0), 0x46DD794Eu);
  EXPECT_EQ(crc(counting(32, -1), 0), 0x113FDB5Cu);
}

TEST(Crc32c, GivesTheKnownVectors) {
  expect_known_vectors(crc32c);
}

TEST(Crc32c, TheTableGivesTheKnownVectors) {
  expect_known_vectors(detail::crc32c_table);
}

#if defined(__x86_64__)
TEST(Crc32c, TableAndInstructionAgreeForEveryLengthAndAlignment) {
  ASSERT_TRUE(detail::has_crc32_instruction());
  const auto data = counting(64, 1);
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t size = 0; from + size <= data.size(); ++size) {
      const auto part = std::span(data).subspan(from, size);
      EXPECT_EQ(detail::crc32c_instruction(part, 7), detail::crc32c_table(part, 7)) << from << "+" << size;
    }
  }
}
#endif

TEST(Crc32c, TheSeedContinuesAnEarlierPart) {
  EXPECT_EQ(crc32c(bytes_of("6789"), crc32c(bytes_of("12345"))), crc32c(bytes_of("123456789")));
}

}  // namespace
}  // namespace pico
