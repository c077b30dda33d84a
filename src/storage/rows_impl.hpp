#pragma once
#include <pqxx/result>

#include "pico/storage/rows.hpp"

namespace pico::storage {

struct Rows::Impl {
  pqxx::result result;
};

}  // namespace pico::storage
