#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "figures.hpp"

/// A table of figures as the bytes in pico.rollups.payload (docs/decisions/0010-rollups.md has the measurements behind it):
///
///     version   1 byte, 1
///     checksum  4 bytes, CRC-32C of all that follows, little-endian
///     form      1 byte: 0 as it is, 1 zlib, with the size of the contents in front (varint)
///     contents  count, then by columns: lengths of what each value shares with the one before; lengths of the rest; the rests,
///               one behind the other; then each member of Figures in the order of Figures::each. Values rise byte by byte;
///               numbers are varints (LEB128), the figures as 64 bits in two's complement.
namespace pico::stats {

std::vector<std::uint8_t> encode(const Table& table);

/// A payload that was read and found whole.
class DecodedTable {
 public:
  /// nullopt: of another version, or damaged. Any bytes may be given.
  static std::optional<DecodedTable> of(std::span<const std::uint8_t> payload);

  [[nodiscard]] std::size_t size() const { return figures_.size(); }

  /// Calls f(std::string_view value, const Figures&) for every row, in the order of the values. The view lives as long as the call.
  template <class F>
  void each(F f) const {
    std::string value;
    std::size_t position = 0;
    for (std::size_t i = 0; i < figures_.size(); ++i) {
      value.resize(shared_[i]);
      value.append(rests_, position, lengths_[i]);
      position += lengths_[i];
      f(std::string_view(value), figures_[i]);
    }
  }
  void add_to(Table& table) const {
    each([&](std::string_view value, const Figures& figures) { add(table, value, figures); });
  }

 private:
  DecodedTable() = default;
  bool read(std::span<const std::byte> contents);

  std::vector<std::uint32_t> shared_, lengths_;
  std::string rests_;
  std::vector<Figures> figures_;
};

}  // namespace pico::stats
