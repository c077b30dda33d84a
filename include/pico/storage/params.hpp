#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"

namespace pico::storage {

/// The values of a statement's $1, $2, …, in order. They travel beside the SQL, never inside it.
class Params {
 public:
  Params() = default;

  Params& add(std::string_view value);
  Params& add(const char* value) { return add(std::string_view(value)); }
  Params& add(const std::string& value) { return add(std::string_view(value)); }
  Params& add(std::int64_t value);
  Params& add(int value) { return add(static_cast<std::int64_t>(value)); }
  Params& add(double value);
  Params& add(bool value);
  Params& add(Instant value);
  Params& add(Day value);
  /// bytea
  Params& add(std::span<const std::uint8_t> value);
  /// One array, for `any($1)` and `unnest($1::bigint[])`.
  Params& add(std::span<const std::int64_t> values);
  Params& add(std::span<const std::string> values);
  Params& add(std::span<const Day> values);
  Params& add_null();
  template <class T>
  Params& add(const std::optional<T>& value) {
    return value ? add(*value) : add_null();
  }
  template <class T>
  Params& add(const std::vector<T>& values) {
    return add(std::span<const T>(values));
  }

  /// In Postgres' text form; nullopt is NULL.
  [[nodiscard]] const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  std::vector<std::optional<std::string>> values_;
};

}  // namespace pico::storage
