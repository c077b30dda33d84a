#include "pico/core/hash.hpp"
#include "pico/storage/api_keys.hpp"

namespace pico::storage {

// A clock that was set back must not make entries live on.
bool ApiKeyCache::is_fresh(const Entry& entry, Instant now) const {
  return now >= entry.found_at && now - entry.found_at < lifetime;
}

std::shared_ptr<const ApiKey> ApiKeyCache::cached(std::string_view key) const {
  const auto hash = sha256(key);
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(hash);
  return found != entries_.end() && is_fresh(found->second, now) ? found->second.key : nullptr;
}

std::shared_ptr<const ApiKey> ApiKeyCache::find(Connection& connection, std::string_view key) {
  if (auto known = cached(key)) return known;
  const auto asked_at = clock_.now();  // before the answer, so that no entry outlives its lifetime
  auto found = find_api_key(connection, key);
  if (!found) return nullptr;
  auto shared = std::make_shared<const ApiKey>(std::move(*found));
  remember(sha256(key), {shared, asked_at});
  return shared;
}

std::size_t ApiKeyCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void ApiKeyCache::report_to(metrics::Registry& registry) {
  auto& held = registry.gauge("picolytics_api_keys_remembered", "Keys of the API that were looked up lately and are held in memory.");
  sampler_ = registry.before_expose([this, &held] { held.Set(static_cast<double>(size())); });
}

void ApiKeyCache::remember(const Hash& hash, const Entry& entry) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= max_keys)
    std::erase_if(entries_, [&](const auto& one) { return !is_fresh(one.second, entry.found_at); });
  if (entries_.size() < max_keys || entries_.contains(hash)) entries_.insert_or_assign(hash, entry);  // else the next request asks again
}

}  // namespace pico::storage
