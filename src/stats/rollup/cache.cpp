#include "cache.hpp"

namespace pico::stats {
namespace {

constexpr auto requests = "picolytics_rollup_cache_requests_total";
constexpr auto requests_help = "Look-ups in the cache of folded rollups.";
constexpr std::size_t per_entry = 200;  // nodes of list and index, and the two control blocks

}  // namespace

std::size_t bytes_of(const Table& table) {
  constexpr std::size_t allocation = 16;
  std::size_t bytes = sizeof table + table.bucket_count() * sizeof(void*);
  for (const auto& [value, figures] : table) {
    bytes += sizeof(Table::value_type) + 2 * sizeof(void*) + allocation;
    if (value.capacity() > std::string().capacity()) bytes += value.capacity() + 1 + allocation;
  }
  return bytes;
}

Cache::Cache(std::size_t max_bytes, metrics::Registry& registry)
    : max_bytes_(max_bytes),
      held_(registry.gauge("picolytics_rollup_cache_bytes", "Memory taken by folded rollups.")),
      hits_(registry.counter(requests, requests_help, {{"result", "hit"}})),
      misses_(registry.counter(requests, requests_help, {{"result", "miss"}})),
      evictions_(registry.counter("picolytics_rollup_cache_evictions_total", "Folded rollups that had to go for newer ones.")) {}

std::shared_ptr<const void> Cache::find_any(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  (found == index_.end() ? misses_ : hits_).Increment();
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->value;
}

void Cache::put_any(std::string key, std::shared_ptr<const void> value, std::size_t bytes) {
  bytes += key.size() + per_entry;
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(key); found != index_.end()) remove(found->second);
  if (bytes <= max_bytes_) {
    while (bytes_ + bytes > max_bytes_) evictions_.Increment(), remove(std::prev(entries_.end()));
    entries_.push_front({std::move(key), std::move(value), bytes});
    index_.emplace(entries_.front().key, entries_.begin());
    bytes_ += bytes;
  }
  held_.Set(static_cast<double>(bytes_));
}

void Cache::remove(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  index_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace pico::stats
