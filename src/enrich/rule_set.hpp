#pragma once
#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "literal_finder.hpp"

namespace pico::enrich {

/// An ordered list of regular expressions of which the first that matches counts. RE2's filter names, for every expression,
/// literals without which it cannot match, so that only a handful of hundreds are tried on a text. Texts are taken as bytes
/// (Latin-1): User-Agents are seldom UTF-8, and byte programs are smaller. Filled once with add() and compile(), then immutable
/// and thread-safe.
class RuleSet {
 public:
  RuleSet();

  /// The rule's number is how many were added before it. The expression must be valid: it is part of the binary.
  void add(std::string_view expression, bool ignore_case = false);
  void compile();

  /// The number of the first rule that matches anywhere in `text`. Its groups are put into `groups`, from index 1 on; those it
  /// lacks are empty. Room for at least two is needed.
  std::optional<int> first_match(std::string_view text, std::span<re2::StringPiece> groups) const;
  [[nodiscard]] bool matches(std::string_view text) const;

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(rules_.NumRegexps()); }
  /// For tests: whether that one rule matches, without the filter.
  [[nodiscard]] bool matches_rule(int number, std::string_view text) const;

 private:
  re2::FilteredRE2 rules_;
  LiteralFinder literals_;
};

}  // namespace pico::enrich
