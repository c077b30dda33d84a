#pragma once
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "pico/core/text.hpp"

namespace pico::api::compat {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A text from which tokens are taken.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return ahead < rest_.size() ? rest_[ahead] : '\0'; }
  void skip() { rest_.remove_prefix(1); }
  bool take(char c) {
    if (peek() != c) return false;
    skip();
    return true;
  }
  /// All digits that follow: between min and max of them. `count` is their number.
  std::optional<int> number(std::size_t min, std::size_t max, std::size_t* count = nullptr) {
    std::size_t digits = 0;
    while (is_digit(peek(digits))) ++digits;
    if (digits < min || digits > max) return std::nullopt;
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + digits, value);
    rest_.remove_prefix(digits);
    if (count != nullptr) *count = digits;
    return value;
  }
  /// `.123`, in milliseconds; what is finer is cut off.
  int fraction() {
    int value = 0, factor = 100;
    for (; is_digit(peek()); skip(), factor /= 10) value += (peek() - '0') * factor;
    return value;
  }
  std::string word() {
    std::size_t letters = 0;
    while (is_letter(peek(letters))) ++letters;
    auto out = to_lower_ascii(rest_.substr(0, letters));
    rest_.remove_prefix(letters);
    return out;
  }

 private:
  std::string_view rest_;
};

}  // namespace pico::api::compat
