#include "rule_set.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "pico/core/text.hpp"

namespace pico::enrich {
namespace {

// Enough for the largest expression (a list of 200 crawlers). It bounds the program; matching with groups needs no lasting
// memory.
constexpr std::int64_t max_program_bytes = 1 << 20;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

RuleSet::RuleSet() : rules_(static_cast<int>(LiteralFinder::min_length)) {}

void RuleSet::add(std::string_view expression, bool ignore_case) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(max_program_bytes);
  options.set_log_errors(false);
  int number = 0;
  if (rules_.Add(piece(expression), options, &number) != RE2::NoError) {
    throw std::logic_error("An embedded rule is no valid regular expression: " + std::string(expression));
  }
}

void RuleSet::compile() {
  if (size() == 0) return;
  std::vector<std::string> atoms;
  rules_.Compile(&atoms);
  literals_ = LiteralFinder(atoms);
}

std::optional<int> RuleSet::first_match(std::string_view text, std::span<re2::StringPiece> groups) const {
  std::ranges::fill(groups, re2::StringPiece());
  if (size() == 0) return std::nullopt;
  std::vector<int> candidates;
  rules_.AllPotentials(literals_.find(to_lower_ascii(text)), &candidates);
  for (const int number : candidates) {
    const auto& rule = rules_.GetRE2(number);
    // Asking for groups, where there are some, makes RE2 skip its DFA, whose states would stay in memory for every rule tried.
    const int wanted = rule.NumberOfCapturingGroups() > 0 ? static_cast<int>(groups.size()) : 0;
    if (rule.Match(piece(text), 0, text.size(), RE2::UNANCHORED, groups.data(), wanted)) return number;
  }
  return std::nullopt;
}

bool RuleSet::matches(std::string_view text) const {
  std::array<re2::StringPiece, 2> groups;
  return first_match(text, groups).has_value();
}

bool RuleSet::matches_rule(int number, std::string_view text) const {
  return RE2::PartialMatch(piece(text), rules_.GetRE2(number));
}

}  // namespace pico::enrich
