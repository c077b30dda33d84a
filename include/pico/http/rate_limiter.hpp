#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "pico/core/hash.hpp"
#include "pico/core/ip_address.hpp"

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

 private:
  struct Bucket {
    double tokens;
    TimePoint updated;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, Bucket> buckets;  // guarded by mutex
    Bucket overflow{0, {}};                             // guarded by mutex
  };
  bool take(Bucket& bucket, TimePoint now) const;
  void make_room(Shard& shard, TimePoint now) const;

  static constexpr std::size_t shard_count = 16;
  const double rate_;
  const double burst_;
  const std::size_t max_per_shard_;
  const HashKey key_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace pico::http
