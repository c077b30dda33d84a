#include "pico/storage/rows.hpp"

#include <charconv>
#include <stdexcept>

#include "rows_impl.hpp"

namespace pico::storage {
namespace {

[[noreturn]] void mismatch(const char* what) {
  throw std::logic_error(std::string("a statement and the code that reads its rows disagree: ") + what);
}

template <class Number>
void parse(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) mismatch("not a number of this type");
}

/// Takes digits off the front of text.
int take_number(std::string_view& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) mismatch("not a date");
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

void take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) mismatch("not a date");
  text.remove_prefix(1);
}

/// `2026-11-22` in front of text.
Day take_day(std::string_view& text) {
  const int year = take_number(text);
  take(text, '-');
  const int month = take_number(text);
  take(text, '-');
  const int day = take_number(text);
  return std::chrono::year(year) / month / day;
}

std::uint8_t hex_digit(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

}  // namespace

Rows::Rows(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)), size_(static_cast<std::size_t>(impl_->result.size())) {}

std::size_t Rows::columns() const {
  return static_cast<std::size_t>(impl_->result.columns());
}
std::string Rows::column_name(std::size_t column) const {
  return impl_->result.column_name(static_cast<pqxx::row_size_type>(column));
}
std::size_t Rows::affected() const {
  return static_cast<std::size_t>(impl_->result.affected_rows());
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
  if (row >= size_ || column >= columns()) mismatch("no such row or column");
  return impl_->result[static_cast<pqxx::result_size_type>(row)][static_cast<pqxx::row_size_type>(column)].is_null();
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  const auto field = impl_->result[static_cast<pqxx::result_size_type>(row)][static_cast<pqxx::row_size_type>(column)];
  return {field.c_str(), static_cast<std::size_t>(field.size())};
}

std::string_view Rows::not_null(std::size_t row, std::size_t column) const {
  if (is_null(row, column)) mismatch("NULL where a value was expected");
  return text(row, column);
}

void Rows::read(std::size_t row, std::size_t column, int& value) const {
  parse(not_null(row, column), value);
}
void Rows::read(std::size_t row, std::size_t column, std::int64_t& value) const {
  parse(not_null(row, column), value);
}
void Rows::read(std::size_t row, std::size_t column, double& value) const {
  parse(not_null(row, column), value);
}
void Rows::read(std::size_t row, std::size_t column, std::string& value) const {
  value = not_null(row, column);
}
void Rows::read(std::size_t row, std::size_t column, std::string_view& value) const {
  value = not_null(row, column);
}

void Rows::read(std::size_t row, std::size_t column, bool& value) const {
  const auto field = not_null(row, column);
  if (field != "t" && field != "f") mismatch("not a boolean");
  value = field == "t";
}

void Rows::read(std::size_t row, std::size_t column, Day& value) const {
  auto field = not_null(row, column);
  value = take_day(field);
  if (!field.empty()) mismatch("not a date");
}

/// `2026-11-22 10:20:30.456+00`: the session's zone is UTC and its date style ISO. What is finer than a millisecond is cut off.
void Rows::read(std::size_t row, std::size_t column, Instant& value) const {
  auto field = not_null(row, column);
  value = take_day(field);
  take(field, ' ');
  value += std::chrono::hours(take_number(field));
  take(field, ':');
  value += std::chrono::minutes(take_number(field));
  take(field, ':');
  value += std::chrono::seconds(take_number(field));
  if (field.starts_with('.')) {
    auto fraction = std::string(field.substr(1, field.find('+') - 1)) + "000";
    value += std::chrono::milliseconds(std::stoi(fraction.substr(0, 3)));
    field.remove_prefix(field.find('+'));
  }
  if (field != "+00") mismatch("not a time in UTC");
}

/// `\x0a1b…`
void Rows::read(std::size_t row, std::size_t column, std::vector<std::uint8_t>& value) const {
  const auto field = not_null(row, column);
  if (!field.starts_with("\\x")) mismatch("not bytes");
  value.resize((field.size() - 2) / 2);
  for (std::size_t i = 0; i < value.size(); ++i) {
    value[i] = static_cast<std::uint8_t>(hex_digit(field[2 + 2 * i]) << 4 | hex_digit(field[3 + 2 * i]));
  }
}

}  // namespace pico::storage
