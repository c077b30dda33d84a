#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "figures.hpp"
#include "pico/core/result.hpp"
#include "pico/stats/query.hpp"

namespace re2 {
class RE2;
}

namespace pico::stats {

/// Whether a text, as answers show it, fits one of a test's values: the positive sense of its operator. Thread-safe.
class TextMatcher {
 public:
  /// Errc::invalid: a value of `matches` is no regular expression.
  static Result<TextMatcher> of(const Test& test);
  ~TextMatcher();
  TextMatcher(TextMatcher&&) noexcept;

  [[nodiscard]] bool fits(std::string_view text) const;

 private:
  TextMatcher();

  bool whole_ = false;  // is: by the set
  std::unordered_set<std::string, TextHash, std::equal_to<>> texts_;
  std::vector<std::string> parts_;                      // contains
  std::vector<std::unique_ptr<re2::RE2>> expressions_;  // matches, and what ignores case
};

/// is_not, contains_not, matches_not
bool is_negative(Operator op);
/// The expression of all texts that fit a goal's path, in which '*' stands for any text.
std::string expression_of_pattern(std::string_view pattern);

}  // namespace pico::stats
