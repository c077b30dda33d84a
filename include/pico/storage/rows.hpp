#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/time.hpp"

namespace pico::storage {

/// The answer to one statement, held in memory. Cheap to copy; immutable, but one copy belongs to one thread at a time.
class Rows {
 public:
  struct Impl;
  explicit Rows(std::shared_ptr<const Impl> impl);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t columns() const;
  [[nodiscard]] std::string column_name(std::size_t column) const;
  /// Rows that an INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::size_t affected() const;

  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
  /// The value in Postgres' text form; a view that lives as long as the rows. NULL is empty.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  /// The value as T: int, int64_t, double, bool, string, string_view, Instant (timestamptz), Day (date), vector<uint8_t> (bytea),
  /// or optional of these. Throws std::logic_error when it is NULL or something else: the statement and its reader disagree.
  template <class T>
  [[nodiscard]] T get(std::size_t row, std::size_t column) const {
    T value{};
    if constexpr (requires {
                    typename T::value_type;
                    value.has_value();
                  }) {
      if (!is_null(row, column)) read(row, column, value.emplace());
    } else {
      read(row, column, value);
    }
    return value;
  }

 private:
  void read(std::size_t row, std::size_t column, int& value) const;
  void read(std::size_t row, std::size_t column, std::int64_t& value) const;
  void read(std::size_t row, std::size_t column, double& value) const;
  void read(std::size_t row, std::size_t column, bool& value) const;
  void read(std::size_t row, std::size_t column, std::string& value) const;
  void read(std::size_t row, std::size_t column, std::string_view& value) const;
  void read(std::size_t row, std::size_t column, Instant& value) const;
  void read(std::size_t row, std::size_t column, Day& value) const;
  void read(std::size_t row, std::size_t column, std::vector<std::uint8_t>& value) const;
  [[nodiscard]] std::string_view not_null(std::size_t row, std::size_t column) const;

  std::shared_ptr<const Impl> impl_;
  std::size_t size_;
};

}  // namespace pico::storage
