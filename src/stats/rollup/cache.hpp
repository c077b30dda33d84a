#pragma once
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "figures.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::stats {

/// An estimate of the memory that a table takes.
std::size_t bytes_of(const Table& table);

/// What was made of rollups, bounded in bytes; the least recently used goes first. Thread-safe. What somebody still holds lives on after
/// it has left the cache.
class Cache {
 public:
  Cache(std::size_t max_bytes, metrics::Registry& registry);

  /// nullptr: not there. A key stands for values of one type for ever (it begins with a letter for it).
  template <class T>
  std::shared_ptr<const T> find(std::string_view key) {
    return std::static_pointer_cast<const T>(find_any(key));
  }
  /// Replaces what is there. A value larger than the whole cache is not kept.
  template <class T>
  void put(std::string key, std::shared_ptr<const T> value, std::size_t bytes) {
    put_any(std::move(key), std::move(value), bytes);
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const void> value;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;

  std::shared_ptr<const void> find_any(std::string_view key);
  void put_any(std::string key, std::shared_ptr<const void> value, std::size_t bytes);
  void remove(Entries::iterator entry);  // with mutex_ held

  const std::size_t max_bytes_;
  metrics::Gauge& held_;
  metrics::Counter& hits_;
  metrics::Counter& misses_;
  metrics::Counter& evictions_;

  std::mutex mutex_;
  std::size_t bytes_ = 0;                                          // guarded by mutex_, as all below
  Entries entries_;                                                // most recently used first
  std::unordered_map<std::string_view, Entries::iterator> index_;  // views of the entries' keys
};

}  // namespace pico::stats
