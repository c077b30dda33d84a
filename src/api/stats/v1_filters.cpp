#include "v1_filters.hpp"

#include <fmt/format.h>

#include "pico/core/text.hpp"

namespace pico::api {
namespace {

/// The parts between the separators, in which a backslash takes a separator its meaning.
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == separator) parts.back() += text[++i];
    else if (text[i] == separator) parts.emplace_back();
    else parts.back() += text[i];
  }
  return parts;
}

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (c & 0x80) != 0; }

/// The whole text as a regular expression.
std::string wildcard_expression(std::string_view pattern) {
  std::string out = "^";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '*' && i + 1 < pattern.size() && pattern[i + 1] == '*') out += ".*", ++i;
    else if (c == '*') out += "[^/]*";
    else if (is_word(c)) out += c;
    else out += {'\\', c};
  }
  return out += '$';
}

Result<stats::Filter> read_filter(const std::string& text) {
  const auto at = text.find("==") != std::string::npos ? text.find("==") : text.find("!=");
  if (at == std::string::npos) return Error{Errc::invalid, fmt::format("Invalid filter \"{}\": it is PROPERTY==VALUE or PROPERTY!=VALUE.", text.substr(0, 200))};
  const auto name = trim(std::string_view(text).substr(0, at));
  const auto dimension = stats::dimension_of(name);
  if (!dimension || name.size() > stats::max_text) return Error{Errc::invalid, fmt::format("Invalid filter property '{}'.", name.substr(0, 200))};
  stats::Test test{*dimension, {}, split(trim(std::string_view(text).substr(at + 2)), '|'), true};
  const bool positive = text[at] == '=';
  bool wild = false;
  for (const auto& value : test.values) wild = wild || (value.find('*') != std::string::npos && dimension->dimension != stats::Dimension::goal);
  if (wild) {
    test.op = positive ? stats::Operator::matches : stats::Operator::matches_not;
    for (auto& value : test.values) value = wildcard_expression(value);
  } else {
    test.op = positive ? stats::Operator::is : stats::Operator::is_not;
  }
  return stats::Filter::of(std::move(test));
}

}  // namespace

Result<std::vector<stats::Filter>> read_v1_filters(std::string_view text) {
  std::vector<stats::Filter> filters;
  for (const auto& part : split(text, ';')) {
    if (trim(part).empty()) continue;
    auto filter = read_filter(part);
    if (!filter) return filter.error();
    filters.push_back(std::move(*filter));
  }
  return filters;
}

}  // namespace pico::api
