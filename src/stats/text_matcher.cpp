#include "text_matcher.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace pico::stats {
namespace {

std::unique_ptr<re2::RE2> compile(const std::string& expression, bool case_sensitive) {
  re2::RE2::Options options;
  options.set_log_errors(false);  // they would quote the input
  options.set_case_sensitive(case_sensitive);
  options.set_max_mem(1 << 20);
  return std::make_unique<re2::RE2>(expression, options);
}

std::string quote(const std::string& text) {
  return re2::RE2::QuoteMeta(text);
}

}  // namespace

TextMatcher::TextMatcher() = default;
TextMatcher::~TextMatcher() = default;
TextMatcher::TextMatcher(TextMatcher&&) noexcept = default;

Result<TextMatcher> TextMatcher::of(const Test& test) {
  TextMatcher matcher;
  switch (test.op) {
    case Operator::is:
    case Operator::is_not:
      matcher.whole_ = test.case_sensitive;
      if (test.case_sensitive) matcher.texts_.insert(test.values.begin(), test.values.end());
      for (const auto& value : test.values) {
        if (!test.case_sensitive) matcher.expressions_.push_back(compile("\\A" + quote(value) + "\\z", false));
      }
      break;
    case Operator::contains:
    case Operator::contains_not:
      if (test.case_sensitive) matcher.parts_ = test.values;
      for (const auto& value : test.values) {
        if (!test.case_sensitive) matcher.expressions_.push_back(compile(quote(value), false));
      }
      break;
    case Operator::matches:
    case Operator::matches_not:
      for (const auto& value : test.values) matcher.expressions_.push_back(compile(value, true));
      break;
  }
  for (const auto& expression : matcher.expressions_) {
    if (!expression->ok()) {
      return Error{Errc::invalid, "A value of `matches` is not a regular expression that RE2 understands: " + expression->error() + "."};
    }
  }
  return matcher;
}

bool TextMatcher::fits(std::string_view text) const {
  if (whole_) return texts_.find(text) != texts_.end();
  return std::any_of(parts_.begin(), parts_.end(), [&](const auto& part) { return text.find(part) != std::string_view::npos; }) ||
         std::any_of(expressions_.begin(), expressions_.end(), [&](const auto& expression) {
           return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression);
         });
}

bool is_negative(Operator op) {
  return op == Operator::is_not || op == Operator::contains_not || op == Operator::matches_not;
}

std::string expression_of_pattern(std::string_view pattern) {
  std::string expression = "\\A";
  for (std::size_t begin = 0;;) {
    const auto star = pattern.find('*', begin);
    expression += quote(std::string(pattern.substr(begin, star - begin)));
    if (star == std::string_view::npos) return expression + "\\z";
    expression += "(?s:.*)";
    begin = star + 1;
  }
}

}  // namespace pico::stats
