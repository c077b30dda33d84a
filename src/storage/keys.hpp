#pragma once
#include <span>

#include "pico/core/hash.hpp"
#include "pico/storage/rows.hpp"

namespace pico::storage {

inline std::span<const std::uint8_t> key_bytes(const HashKey& key) {
  return key.bytes;
}

/// Throws std::logic_error when the bytes are not those of a key.
HashKey read_key(const Rows& rows, std::size_t row, std::size_t column);

}  // namespace pico::storage
