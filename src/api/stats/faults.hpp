#pragma once
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "pico/core/result.hpp"

namespace pico::api {

/// Questions are echoed and answered in the order in which people write them.
using Json = nlohmann::ordered_json;

/// A fault of a question's form: where it is (a JSON pointer, `#/metrics/1`) and what is wrong.
inline Error fault(std::string_view pointer, std::string_view sentence) {
  return {Errc::invalid, fmt::format("{}: {}", pointer, sentence)};
}

/// The value as JSON, for a sentence that quotes it: cut when long.
inline std::string quoted(const Json& value) {
  constexpr std::size_t longest = 200;
  auto text = value.dump(-1, ' ', true, Json::error_handler_t::replace);  // ASCII, so that the cut splits no character
  if (text.size() > longest) text.replace(longest, std::string::npos, "...");
  return text;
}

}  // namespace pico::api
