#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "column.hpp"
#include "id_table.hpp"
#include "pico/stats/dimension.hpp"
#include "pico/storage/day_facts.hpp"

namespace pico::stats::cube {

/// Dimension::none … hour, by their number.
using Columns = std::array<Column, static_cast<std::size_t>(Dimension::hour) + 1>;

inline Column& column(Columns& columns, Dimension dimension) {
  return columns[static_cast<std::size_t>(dimension)];
}

/// What the facts use words for. The same page may be used in three ways and then has values in other dimensions.
enum class Role : std::uint8_t { event_page, entry_page, exit_page, acquisition, device, location, screen, event_name };
inline constexpr std::size_t role_count = 8;

/// The dimensions in which a word of that role has a value.
std::span<const Dimension> dimensions_of(Role role);

/// The words of one role that a cube's facts use. Facts hold their numbers, which lead to numbers of values without any text.
class WordTable {
 public:
  explicit WordTable(Role role);

  /// The word's number. Its values can be asked for after resolve().
  std::uint32_t number_of(storage::WordId id) {
    const auto next = static_cast<std::uint32_t>(ids_.size());
    const auto number = numbers_.find_or_add(id, next);
    if (number == next) ids_.push_back(id);
    return number;
  }
  /// Reads the texts of the words that are new. One that is not there (and 0) is blank in all its dimensions.
  void resolve(storage::Connection& connection, storage::SiteId site, Columns& columns);

  /// Numbers of values, in the order of dimensions_of(role).
  [[nodiscard]] std::span<const std::uint32_t> values(std::uint32_t number) const {
    return {values_.data() + number * width_, width_};
  }
  [[nodiscard]] std::size_t bytes() const {
    return numbers_.bytes() + ids_.capacity() * sizeof(storage::WordId) + values_.capacity() * sizeof(std::uint32_t);
  }

 private:
  Role role_;
  std::size_t width_;
  IdTable numbers_;
  std::vector<storage::WordId> ids_;
  std::vector<std::uint32_t> values_;  // as many for each word as its role has dimensions
};

using WordTables = std::array<WordTable, role_count>;
WordTables make_word_tables();

inline WordTable& words_of(WordTables& tables, Role role) {
  return tables[static_cast<std::size_t>(role)];
}

}  // namespace pico::stats::cube
