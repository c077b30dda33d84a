#include "filter_json.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pico::api {
namespace {

using stats::Filter;
using stats::Operator;
using Kind = Filter::Kind;

constexpr std::array<std::pair<std::string_view, Operator>, 6> operators{{{"is", Operator::is},
                                                                          {"is_not", Operator::is_not},
                                                                          {"contains", Operator::contains},
                                                                          {"contains_not", Operator::contains_not},
                                                                          {"matches", Operator::matches},
                                                                          {"matches_not", Operator::matches_not}}};

/// list: they take a list of filters, the others one.
struct Combination {
  std::string_view name;
  Kind kind;
  bool list;
};
constexpr std::array<Combination, 5> combinations{{{"and", Kind::all_of, true},
                                                   {"or", Kind::any_of, true},
                                                   {"not", Kind::none_of, false},
                                                   {"has_done", Kind::done, false},
                                                   {"has_not_done", Kind::not_done, false}}};

Error invalid_filter(const Json& value, const std::string& pointer) { return fault(pointer, "Invalid filter " + quoted(value)); }

std::string below(const std::string& pointer, std::size_t index) { return fmt::format("{}/{}", pointer, index); }

Result<std::vector<std::string>> read_clauses(const Json& clauses, const std::string& pointer) {
  std::vector<std::string> values;
  for (const auto& clause : clauses) {
    if (clause.is_string()) values.push_back(clause.get<std::string>());
    else if (clause.is_number_integer()) values.push_back(clause.dump());
    else return fault(below(pointer, values.size()), "Invalid value " + quoted(clause) + ": strings and integers can be compared with");
  }
  return values;
}

bool is_country_code(const std::string& text, bool any_case) {
  const auto fits = [&](char c) { return (c >= 'A' && c <= 'Z') || (any_case && c >= 'a' && c <= 'z'); };
  return text.size() == 2 && std::all_of(text.begin(), text.end(), fits);
}

/// A name instead of a code would fit nothing, and nobody would notice.
Result<void> check_countries(const stats::Test& test) {
  if (test.dimension.dimension != stats::Dimension::country || (test.op != Operator::is && test.op != Operator::is_not)) return {};
  const auto fits = [&](const std::string& value) {
    return value == stats::blank_label(stats::Dimension::country) || is_country_code(value, !test.case_sensitive);
  };
  if (std::all_of(test.values.begin(), test.values.end(), fits)) return {};
  return Error{Errc::invalid, "Invalid visit:country filter, visit:country needs to be a valid 2-letter country code."};
}

Result<Filter> read_test(const Json& value, Operator op, const std::string& pointer) {
  const bool shaped = (value.size() == 3 || value.size() == 4) && value[1].is_string() && value[2].is_array() && !value[2].empty();
  if (!shaped) return invalid_filter(value, pointer);
  if (value[1] == "segment") return fault(pointer, "Segments are not supported: write their filters out.");
  const auto dimension = read_dimension(value[1], below(pointer, 1));
  if (!dimension) return dimension.error();
  stats::Test test{*dimension, op, {}, true};
  auto values = read_clauses(value[2], below(pointer, 2));
  if (!values) return values.error();
  test.values = std::move(*values);
  if (value.size() == 4) {
    const auto& modifiers = value[3];
    if (!modifiers.is_object() || modifiers.size() != 1 || !modifiers.contains("case_sensitive") || !modifiers["case_sensitive"].is_boolean())
      return invalid_filter(value, pointer);
    test.case_sensitive = modifiers["case_sensitive"].get<bool>();
  }
  if (auto checked = check_countries(test); !checked) return checked.error();
  return Filter::of(std::move(test));
}

Result<Filter> read_combination(const Json& value, const Combination& combination, const std::string& pointer) {
  if (value.size() != 2 || !value[1].is_array() || value[1].empty()) return invalid_filter(value, pointer);
  Filter filter{combination.kind, {}, {}};
  if (!combination.list) {
    auto child = read_filter(value[1], below(pointer, 1));
    if (!child) return child.error();
    filter.children.push_back(std::move(*child));
    return filter;
  }
  for (std::size_t i = 0; i < value[1].size(); ++i) {
    auto child = read_filter(value[1][i], below(below(pointer, 1), i));
    if (!child) return child.error();
    filter.children.push_back(std::move(*child));
  }
  return filter;
}

}  // namespace

Result<stats::DimensionRef> read_dimension(const Json& name, const std::string& pointer) {
  if (!name.is_string()) return fault(pointer, "Invalid dimension " + quoted(name));
  const auto& text = name.get_ref<const std::string&>();
  if (text.size() > stats::max_text) return fault(pointer, "Invalid dimension " + quoted(name));
  if (auto known = stats::dimension_of(text)) return *known;
  for (const std::string_view place : {"country", "region", "city"})
    if (text == fmt::format("visit:{}_name", place)) {
      const auto holds = place == "country" ? "the 2-letter code" : "the English name";
      return fault(pointer, fmt::format("Dimension {} is not supported: `visit:{}` is {}", quoted(name), place, holds));
    }
  return fault(pointer, "Invalid dimension " + quoted(name));
}

Result<Filter> read_filter(const Json& value, const std::string& pointer) {
  if (!value.is_array() || value.empty() || !value[0].is_string()) return invalid_filter(value, pointer);
  const auto& name = value[0].get_ref<const std::string&>();
  for (const auto& [known, op] : operators)
    if (name == known) return read_test(value, op, pointer);
  for (const auto& combination : combinations)
    if (name == combination.name) return read_combination(value, combination, pointer);
  return invalid_filter(value, pointer);
}

}  // namespace pico::api
