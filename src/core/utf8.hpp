#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pico::utf8 {

inline constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// One step through a text: a character, or a run of bytes that is none.
struct Decoded {
  char32_t code_point = 0;
  std::size_t size = 0;  ///< bytes taken, at least 1
  bool valid = false;
};

/// Decodes the character at the front of `text`, which must not be empty. Overlong forms, surrogates and values above U+10FFFF
/// are malformed; a malformed sequence is taken up to the byte that breaks it, as browsers do.
Decoded decode(std::string_view text);

}  // namespace pico::utf8
