#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace pico {

/// Makes text fit for Postgres and for people: malformed UTF-8 becomes U+FFFD, NUL and other control characters except tab and
/// newline are removed, and what is longer than max_bytes is cut at a character border.
std::string clean_text(std::string_view text, std::size_t max_bytes);

/// True when clean_text would return the same bytes.
bool is_clean_text(std::string_view text, std::size_t max_bytes);

/// Whether it is well-formed UTF-8.
bool is_utf8(std::string_view text);

std::string to_lower_ascii(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);
bool contains_ignore_case(std::string_view text, std::string_view part);
std::string_view trim(std::string_view text);

}  // namespace pico
