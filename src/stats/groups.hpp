#pragma once
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "figures.hpp"

namespace pico::stats {

/// The values of a group by the question's dimensions, as stored (blank is ""); unused places are "". Days are `2026-11-22`, hours
/// their labels.
using GroupKey = std::array<std::string, 2>;

struct GroupKeyHash {
  std::size_t operator()(const GroupKey& key) const {
    return TextHash{}(key[0]) * 0x9e3779b97f4a7c15 ^ TextHash{}(key[1]);
  }
};

using Groups = std::unordered_map<GroupKey, Figures, GroupKeyHash>;

/// A question makes more groups than one answer may hold.
class TooManyGroups : public std::runtime_error {
 public:
  TooManyGroups() : std::runtime_error("The query makes too many groups: take fewer dimensions, a shorter date range or a filter.") {}
};

}  // namespace pico::stats
