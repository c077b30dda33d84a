#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "figures.hpp"

namespace pico::stats::cube {

/// The figures of one value, and the last visit that was counted in it: by that a visit with several events of the value, and a
/// visitor with several visits, count once.
struct Cell {
  Figures figures;
  std::uint64_t last_visit = 0;
};

/// The figures of a day by one dimension. Values are numbered in the order in which they are first seen, and stay when nothing of
/// them is left.
class Column {
 public:
  /// The number of a value.
  std::uint32_t number_of(std::string_view value) {
    const auto known = numbers_.find(value);
    if (known != numbers_.end()) return known->second;
    const auto [entry, is_new] = numbers_.emplace(value, static_cast<std::uint32_t>(cells_.size()));
    cells_.emplace_back();
    values_.push_back(&entry->first);
    text_bytes_ += entry->first.capacity();
    return entry->second;
  }
  Cell& operator[](std::uint32_t number) { return cells_[number]; }

  /// Calls f(value, figures) for all values that have any.
  template <class F>
  void each(F f) const {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (!cells_[i].figures.zero()) f(std::string_view(*values_[i]), cells_[i].figures);
    }
  }

  [[nodiscard]] std::size_t bytes() const {
    constexpr std::size_t node = sizeof(std::string) + 3 * sizeof(void*);
    return cells_.capacity() * sizeof(Cell) + values_.capacity() * sizeof(void*) + numbers_.size() * node +
           numbers_.bucket_count() * sizeof(void*) + text_bytes_;
  }

 private:
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> numbers_;
  std::vector<const std::string*> values_;  // keys of numbers_
  std::vector<Cell> cells_;
  std::size_t text_bytes_ = 0;
};

}  // namespace pico::stats::cube
