#include "pico/storage/params.hpp"

#include <array>
#include <charconv>

#include "pico/core/hash.hpp"

namespace pico::storage {
namespace {

template <class Number>
std::string number_text(Number value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

/// `{a,b,c}`; append(out, value) writes one element.
template <class T, class Append>
std::string array_text(std::span<const T> values, Append append) {
  std::string out = "{";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    append(out, value);
  }
  return out += '}';
}

}  // namespace

Params& Params::add(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}
Params& Params::add(std::int64_t value) {
  values_.emplace_back(number_text(value));
  return *this;
}
Params& Params::add(double value) {
  values_.emplace_back(number_text(value));
  return *this;
}
Params& Params::add(bool value) {
  values_.emplace_back(value ? "t" : "f");
  return *this;
}
Params& Params::add(Instant value) {
  return add(to_string(value));
}
Params& Params::add(Day value) {
  return add(to_string(value));
}
Params& Params::add(std::span<const std::uint8_t> value) {
  return add("\\x" + to_hex(value));
}

Params& Params::add(std::span<const std::int64_t> values) {
  return add(array_text(values, [](std::string& out, std::int64_t value) { out += number_text(value); }));
}
Params& Params::add(std::span<const std::string> values) {
  return add(array_text(values, [](std::string& out, const std::string& value) { append_quoted(out, value); }));
}
Params& Params::add(std::span<const Day> values) {
  return add(array_text(values, [](std::string& out, Day value) { out += to_string(value); }));
}
Params& Params::add_null() {
  values_.emplace_back();
  return *this;
}

}  // namespace pico::storage
