#pragma once
#include <libpq-fe.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ingest/binary.hpp"

namespace pico::storage {

using PgResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// Binary parameters as libpq takes them: views of texts, which must outlive this.
struct BinaryParameters {
  explicit BinaryParameters(std::span<const std::string> parameters) : formats(parameters.size(), 1) {
    for (const auto& parameter : parameters) {
      values.push_back(parameter.data());
      lengths.push_back(static_cast<int>(parameter.size()));
    }
  }
  [[nodiscard]] int count() const { return static_cast<int>(values.size()); }

  std::vector<const char*> values;
  std::vector<int> lengths, formats;
};

/// Reads the fields of one row of a binary result one after the other.
class Fields {
 public:
  Fields(const PgResult& result, int row) : result_(result.get()), row_(row) {}
  std::int16_t int2() { return binary::read_number<std::int16_t>(next()); }
  std::int32_t int4() { return binary::read_number<std::int32_t>(next()); }
  std::int64_t int8() { return binary::read_number<std::int64_t>(next()); }
  Instant instant() { return binary::read_instant(next()); }
  Day day() { return binary::postgres_epoch + std::chrono::days(int4()); }

 private:
  const char* next() { return PQgetvalue(result_, row_, column_++); }
  const PGresult* result_;
  int row_;
  int column_ = 0;
};

}  // namespace pico::storage
