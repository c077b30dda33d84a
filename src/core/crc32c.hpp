#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

/// The two ways of crc32c(), so that the tests can compare them.
namespace pico::detail {

std::uint32_t crc32c_table(std::span<const std::byte> bytes, std::uint32_t seed);

#if defined(__x86_64__)
/// Only where has_crc32_instruction().
std::uint32_t crc32c_instruction(std::span<const std::byte> bytes, std::uint32_t seed);
#endif
bool has_crc32_instruction();

}  // namespace pico::detail
