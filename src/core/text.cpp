#include "pico/core/text.hpp"

#include <algorithm>

#include "utf8.hpp"

namespace pico {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_letter(char a, char b) {
  return lower(a) == lower(b);
}

bool is_printable_ascii(char c) {
  return c >= 0x20 && c < 0x7F;
}

/// C0 without tab and newline, DEL, and C1.
bool is_unwanted_control(char32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F);
}

/// The length of the leading part that clean_text would leave as it is.
std::size_t clean_prefix(std::string_view text, std::size_t max_bytes) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (at < max_bytes && is_printable_ascii(text[at])) {  // nearly all of what browsers send
      ++at;
      continue;
    }
    const auto next = utf8::decode(text.substr(at));
    if (!next.valid || is_unwanted_control(next.code_point) || at + next.size > max_bytes) break;
    at += next.size;
  }
  return at;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  std::size_t at = clean_prefix(text, max_bytes);
  std::string out(text.substr(0, at));
  while (at < text.size()) {
    const auto next = utf8::decode(text.substr(at));
    const auto piece = next.valid ? text.substr(at, next.size) : utf8::replacement;
    at += next.size;
    if (next.valid && is_unwanted_control(next.code_point)) continue;
    if (out.size() + piece.size() > max_bytes) break;
    out += piece;
  }
  return out;
}

bool is_clean_text(std::string_view text, std::size_t max_bytes) {
  return clean_prefix(text, max_bytes) == text.size();
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto next = utf8::decode(text);
    if (!next.valid) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool equals_ignore_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, same_letter);
}

bool contains_ignore_case(std::string_view text, std::string_view part) {
  return part.empty() || !std::ranges::search(text, part, same_letter).empty();
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\f\v";
  const auto begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

}  // namespace pico
