#pragma once
#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "pico/core/time.hpp"

/// Values in Postgres' binary form: big-endian numbers, microseconds and days counted from 2000-01-01. Against the text form this
/// saves printing here and parsing there, which for a batch is about as much work as storing it.
namespace pico::storage::binary {

inline constexpr std::chrono::sys_days postgres_epoch{std::chrono::year{2000} / 1 / 1};

template <std::integral T>
void append_number(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes;
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = sizeof(T); i-- > 0;)
    bytes[i] = static_cast<char>(bits & 0xff), bits = static_cast<decltype(bits)>(bits >> 4 >> 4);
  out.append(bytes.data(), bytes.size());
}

/// One C++ type as one type of Postgres: its object id, and its bytes preceded by their length.
template <class T>
struct Type;

template <std::integral T, std::uint32_t id>
struct NumberType {
  static constexpr std::uint32_t oid = id;
  static void append(std::string& out, T value) {
    append_number<std::int32_t>(out, sizeof(T));
    append_number(out, value);
  }
};
template <>
struct Type<std::int16_t> : NumberType<std::int16_t, 21> {};
template <>
struct Type<std::int32_t> : NumberType<std::int32_t, 23> {};
template <>
struct Type<std::int64_t> : NumberType<std::int64_t, 20> {};

template <>
struct Type<bool> {
  static constexpr std::uint32_t oid = 16;
  static void append(std::string& out, bool value) {
    append_number<std::int32_t>(out, 1);
    out += value ? '\1' : '\0';
  }
};

template <>
struct Type<float> {
  static constexpr std::uint32_t oid = 700;
  static void append(std::string& out, float value) {
    append_number<std::int32_t>(out, 4);
    append_number(out, std::bit_cast<std::int32_t>(value));
  }
};

template <>
struct Type<std::string_view> {
  static constexpr std::uint32_t oid = 25;
  static void append(std::string& out, std::string_view value) {
    append_number(out, static_cast<std::int32_t>(value.size()));
    out += value;
  }
};

inline std::int64_t microseconds(Instant value) {
  return std::chrono::microseconds(value - postgres_epoch).count();
}

template <>
struct Type<Instant> {
  static constexpr std::uint32_t oid = 1184;
  static void append(std::string& out, Instant value) { Type<std::int64_t>::append(out, microseconds(value)); }
};

template <>
struct Type<Day> {
  static constexpr std::uint32_t oid = 1082;
  static void append(std::string& out, Day value) {
    Type<std::int32_t>::append(out, static_cast<std::int32_t>((value - postgres_epoch).count()));
  }
};

/// A document, valid or not: Postgres parses it.
struct Json {
  std::string_view text;
};
template <>
struct Type<Json> {
  static void append(std::string& out, Json value) {
    if (value.text.empty()) return append_number<std::int32_t>(out, -1);  // NULL
    append_number(out, static_cast<std::int32_t>(value.text.size() + 1));
    out += '\1';  // version of jsonb's binary form
    out += value.text;
  }
};

/// One-dimensional array without NULLs of `get(row)` for every row.
template <class Rows, class Get>
std::string array(const Rows& rows, Get get) {
  using T = std::remove_cvref_t<decltype(get(*std::begin(rows)))>;
  std::string out;
  append_number<std::int32_t>(out, rows.empty() ? 0 : 1);  // dimensions
  append_number<std::int32_t>(out, 0);                     // no NULLs
  append_number<std::uint32_t>(out, Type<T>::oid);
  if (rows.empty()) return out;
  append_number(out, static_cast<std::int32_t>(rows.size()));
  append_number<std::int32_t>(out, 1);  // lower bound
  for (const auto& row : rows) Type<T>::append(out, get(row));
  return out;
}

/// Reads a number at the start of a binary field.
template <std::integral T>
T read_number(const char* field) {
  std::make_unsigned_t<T> value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<decltype(value)>(value << 4 << 4 | static_cast<unsigned char>(field[i]));
  }
  return static_cast<T>(value);
}
inline Instant read_instant(const char* field) {
  return postgres_epoch +
         std::chrono::floor<std::chrono::milliseconds>(std::chrono::microseconds(read_number<std::int64_t>(field)));
}

}  // namespace pico::storage::binary
