#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "figures.hpp"

namespace pico::stats {

/// The values of a group by the question's dimensions, as stored (blank is ""); unused places are "". Days are `2026-11-22`, hours
/// their labels.
using GroupKey = std::array<std::string, 2>;

/// The same without texts of its own.
using KeyView = std::array<std::string_view, 2>;

struct GroupKeyHash {
  template <class Key>
  std::size_t operator()(const Key& key) const {
    return TextHash{}(key[0]) * 0x9e3779b97f4a7c15 ^ TextHash{}(key[1]);
  }
};

using Groups = std::unordered_map<GroupKey, Figures, GroupKeyHash>;

/// Groups to be put in order: views of keys, and what keeps these alive. Most groups never become a row, so nothing is copied for them.
struct GroupList {
  struct Entry {
    KeyView key;
    Figures figures;
  };
  std::vector<Entry> entries;  ///< each key once
  std::vector<std::shared_ptr<const void>> owners;

  static GroupList of(Groups groups);
  /// The sum of two tables, by one dimension.
  static GroupList of(std::shared_ptr<const Table> large, Table small);
};

/// A question makes more groups than one answer may hold.
class TooManyGroups : public std::runtime_error {
 public:
  TooManyGroups() : std::runtime_error("The query makes too many groups: take fewer dimensions, a shorter date range or a filter.") {}
};

}  // namespace pico::stats
