#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "pico/core/hash.hpp"
#include "pico/core/ip_address.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::http {

/// A token bucket per client (IPv6: per /64): `rate` per second, burst max(1, ceil(rate)). Clients are kept as keyed hashes in a
/// sharded table of bounded size; when a shard is full of active clients, newcomers share its overflow bucket. Thread-safe.
class RateLimiter {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t default_max_clients = 200'000;

  /// rate 0: everything is allowed.
  explicit RateLimiter(double rate, std::size_t max_clients = default_max_clients);

  /// Takes one token. False: none left.
  bool allow(const IpAddress& client, TimePoint now);

  [[nodiscard]] std::size_t clients() const;
  /// How many requests the overflow buckets have had to answer for.
  [[nodiscard]] std::uint64_t overflowed() const { return overflowed_.load(std::memory_order_relaxed); }
  /// Shows both as metrics. Before the first allow(); the registry must outlive this.
  void report_to(metrics::Registry& registry);

 private:
  struct Bucket {
    double tokens;
    TimePoint updated;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, Bucket> buckets;  // guarded by mutex
    Bucket overflow{0, {}};                             // guarded by mutex
    TimePoint swept = TimePoint::min();                 // guarded by mutex
  };
  bool take(Bucket& bucket, TimePoint now) const;
  void make_room(Shard& shard, TimePoint now) const;

  /// Looking through a full shard takes a while: newcomers must not have it done each time.
  static constexpr std::chrono::seconds sweep_interval{1};
  static constexpr std::size_t shard_count = 16;
  const double rate_;
  const double burst_;
  const std::size_t max_per_shard_;
  const HashKey key_;
  std::array<Shard, shard_count> shards_;
  std::atomic<std::uint64_t> overflowed_{0};
  std::shared_ptr<void> sampler_;
};

}  // namespace pico::http
