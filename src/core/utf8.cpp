#include "utf8.hpp"

namespace pico::utf8 {
namespace {

/// What a lead byte asks for: how many bytes follow, its payload, and the range of the first of them (which is what keeps
/// overlong forms, surrogates and values above U+10FFFF out: table 3-7 of the Unicode standard).
struct Lead {
  std::size_t following = 0;
  char32_t bits = 0;
  std::uint8_t low = 0x80, high = 0xBF;
};

Lead lead_of(std::uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, byte & 0x1Fu};
  if (byte == 0xE0) return {2, 0, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0xD, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, byte & 0x0Fu};
  if (byte == 0xF0) return {3, 0, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, byte & 0x07u};
  if (byte == 0xF4) return {3, 4, 0x80, 0x8F};
  return {};
}

}  // namespace

Decoded decode(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  if (first < 0x80) return {first, 1, true};
  Lead lead = lead_of(first);
  if (lead.following == 0) return {0, 1, false};
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i <= lead.following; ++i) {
    if (i == text.size()) return {0, i, false};
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte < lead.low || byte > lead.high) return {0, i, false};
    code_point = code_point << 6 | (byte & 0x3Fu);
    lead.low = 0x80;
    lead.high = 0xBF;
  }
  return {code_point, lead.following + 1, true};
}

}  // namespace pico::utf8
