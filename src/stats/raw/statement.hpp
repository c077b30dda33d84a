#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "pico/storage/connection.hpp"

namespace pico::stats::raw {

/// A statement in the making: fixed fragments of SQL, and values that only ever travel as parameters.
class Statement {
 public:
  /// Adds a value and returns its place-holder, cast to `type`: `$3::bigint[]`.
  template <class T>
  std::string bind(const T& value, std::string_view type) {
    params_.add(value);
    return "$" + std::to_string(params_.values().size()) + "::" + std::string(type);
  }

  storage::Rows run(storage::Connection& connection, const std::string& sql) const { return connection.execute(sql, params_); }

 private:
  storage::Params params_;
};

}  // namespace pico::stats::raw
