#pragma once
#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>

namespace pico::writer {

/// A map of bounded size that drops what has not been used for longest. Not thread-safe.
template <class Key, class Value, class Hash = std::hash<Key>>
class Lru {
 public:
  explicit Lru(std::size_t capacity) : capacity_(capacity) {}
  Lru(const Lru&) = delete;
  Lru& operator=(const Lru&) = delete;

  /// nullptr when it is not there. Valid until the next put or erase. Counts as a use.
  Value* find(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    unlink(*found);
    link_newest(*found);
    return &found->second.value;
  }

  void put(const Key& key, Value value) {
    const auto [entry, is_new] = entries_.try_emplace(key);
    if (!is_new) unlink(*entry);
    entry->second.value = std::move(value);
    link_newest(*entry);
    if (entries_.size() > capacity_) drop(*oldest_);
  }

  void erase(const Key& key) {
    if (const auto found = entries_.find(key); found != entries_.end()) drop(*found);
  }

  void clear() {
    entries_.clear();
    newest_ = oldest_ = nullptr;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Links;
  using Entry = std::pair<const Key, Links>;
  struct Links {
    Value value{};
    Entry* newer = nullptr;
    Entry* older = nullptr;
  };

  void link_newest(Entry& entry) {
    entry.second.newer = nullptr;
    entry.second.older = newest_;
    (newest_ != nullptr ? newest_->second.newer : oldest_) = &entry;
    newest_ = &entry;
  }
  void unlink(Entry& entry) {
    const auto& [value, newer, older] = entry.second;
    (newer != nullptr ? newer->second.older : newest_) = older;
    (older != nullptr ? older->second.newer : oldest_) = newer;
  }
  void drop(Entry& entry) {
    unlink(entry);
    entries_.erase(Key(entry.first));
  }

  const std::size_t capacity_;
  std::unordered_map<Key, Links, Hash> entries_;  // its elements never move, so they can be linked
  Entry* newest_ = nullptr;
  Entry* oldest_ = nullptr;
};

}  // namespace pico::writer
