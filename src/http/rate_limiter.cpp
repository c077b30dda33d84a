#include "pico/http/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace pico::http {

RateLimiter::RateLimiter(double rate, std::size_t max_clients)
    : rate_(rate), burst_(std::max(1.0, std::ceil(rate))), max_per_shard_(std::max<std::size_t>(1, max_clients / shard_count)),
      key_(HashKey::random()) {
  for (auto& shard : shards_) shard.overflow.tokens = burst_;
}

bool RateLimiter::take(Bucket& bucket, TimePoint now) const {
  const std::chrono::duration<double> passed = now - bucket.updated;
  if (passed.count() > 0) {
    bucket.tokens = std::min(burst_, bucket.tokens + passed.count() * rate_);
    bucket.updated = now;
  }
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

// A bucket that has filled up again says nothing any more: forgetting it changes no answer.
void RateLimiter::make_room(Shard& shard, TimePoint now) const {
  if (shard.swept != TimePoint::min() && now - shard.swept < sweep_interval) return;
  shard.swept = now;
  std::erase_if(shard.buckets, [&](const auto& entry) {
    const std::chrono::duration<double> passed = now - entry.second.updated;
    return entry.second.tokens + passed.count() * rate_ >= burst_;
  });
}

bool RateLimiter::allow(const IpAddress& client, TimePoint now) {
  if (rate_ <= 0) return true;
  const auto prefix = client.client_prefix();
  const auto& bytes = prefix.bytes();
  const auto id = KeyedHasher(key_).field({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).digest();
  auto& shard = shards_[id % shard_count];
  const std::lock_guard lock(shard.mutex);
  auto found = shard.buckets.find(id);
  if (found == shard.buckets.end()) {
    if (shard.buckets.size() >= max_per_shard_) make_room(shard, now);
    if (shard.buckets.size() >= max_per_shard_) {
      overflowed_.fetch_add(1, std::memory_order_relaxed);
      return take(shard.overflow, now);
    }
    found = shard.buckets.emplace(id, Bucket{burst_, now}).first;
  }
  return take(found->second, now);
}

std::size_t RateLimiter::clients() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.buckets.size();
  }
  return sum;
}

void RateLimiter::report_to(metrics::Registry& registry) {
  auto& known = registry.gauge("picolytics_rate_limiter_clients", "Clients that have a bucket of their own.");
  auto& overflowing = registry.gauge("picolytics_rate_limiter_overflowed", "Requests that found no room for a bucket of their own and shared one.");
  sampler_ = registry.before_expose([this, &known, &overflowing] {
    known.Set(static_cast<double>(clients()));
    overflowing.Set(static_cast<double>(overflowed()));
  });
}

}  // namespace pico::http
