#include "crc32c.hpp"

#include <array>
#include <cstring>

#include "pico/core/hash.hpp"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace pico {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // Castagnoli, bits reversed

constexpr auto table = [] {
  std::array<std::uint32_t, 256> out{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    out[byte] = crc;
  }
  return out;
}();

}  // namespace

namespace detail {

std::uint32_t crc32c_table(std::span<const std::byte> bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  for (const auto byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
  return ~crc;
}

#if defined(__x86_64__)

// Chosen at run time rather than by the compiler's function multiversioning: its resolvers run before the sanitizers are set up.
[[gnu::target("sse4.2")]] std::uint32_t crc32c_instruction(std::span<const std::byte> bytes, std::uint32_t seed) {
  std::uint64_t crc = ~seed;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    crc = _mm_crc32_u64(crc, word);
  }
  auto last = static_cast<std::uint32_t>(crc);
  for (const auto byte : bytes) last = _mm_crc32_u8(last, static_cast<std::uint8_t>(byte));
  return ~last;
}

bool has_crc32_instruction() {
  return __builtin_cpu_supports("sse4.2");
}

#else

bool has_crc32_instruction() {
  return false;
}

#endif

}  // namespace detail

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed) {
#if defined(__x86_64__)
  static const bool fast = detail::has_crc32_instruction();
  if (fast) return detail::crc32c_instruction(bytes, seed);
#endif
  return detail::crc32c_table(bytes, seed);
}

}  // namespace pico
