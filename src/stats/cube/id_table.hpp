#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pico::stats::cube {

/// A number for each 64-bit id: a flat hash table, because a day has hundreds of thousands of visitors and a node for each would
/// take more memory than their facts. Grows; never forgets.
class IdTable {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  explicit IdTable(std::size_t expected = 0) {
    while (slots_.size() * 7 / 10 < expected) slots_.resize(slots_.size() * 2);
  }

  [[nodiscard]] std::uint32_t find(std::int64_t id) const { return slots_[slot_of(id)].number; }
  /// The number of the id, which is `number` if it has none yet.
  std::uint32_t find_or_add(std::int64_t id, std::uint32_t number) {
    auto slot = slot_of(id);
    if (slots_[slot].number != none) return slots_[slot].number;
    if (++size_ > slots_.size() * 7 / 10) {
      grow();
      slot = slot_of(id);
    }
    slots_[slot] = {id, number};
    return number;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::int64_t id = 0;
    std::uint32_t number = none;
  };

  /// Where the id is, or the free slot where it belongs.
  [[nodiscard]] std::size_t slot_of(std::int64_t id) const {
    const auto mask = slots_.size() - 1;
    // Ids of visitors end in ten zero bits: the upper half of the product depends on all bits.
    auto slot = static_cast<std::size_t>(static_cast<std::uint64_t>(id) * 0x9e3779b97f4a7c15u >> 32) & mask;
    while (slots_[slot].number != none && slots_[slot].id != id) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const auto& slot : old) {
      if (slot.number != none) slots_[slot_of(slot.id)] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(16);  // a power of two
  std::size_t size_ = 0;
};

}  // namespace pico::stats::cube
