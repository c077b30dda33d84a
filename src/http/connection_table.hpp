#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "pico/core/hash.hpp"
#include "pico/core/ip_address.hpp"

namespace pico::http {

/// Open connections in all and per client (IPv6: per /64). Its size is bounded by the number of connections. Thread-safe.
class ConnectionTable {
 public:
  enum class Entry : std::uint8_t {
    in,           ///< counted in: leave() is owed
    full,         ///< there are too many in all
    client_full,  ///< the client has too many, whether or not there are too many in all
  };

  ConnectionTable(std::size_t max_all, std::size_t max_per_client);

  /// Counts a connection in when no cap is reached. `exempt` from the cap per client: trusted proxies. `in_exchange`: another
  /// connection is about to leave for this one, so the cap of all does not hold.
  [[nodiscard]] Entry enter(const IpAddress& client, bool exempt, bool in_exchange = false);
  void leave(const IpAddress& client, bool exempt);
  [[nodiscard]] std::size_t size() const { return all_.load(std::memory_order_relaxed); }

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::size_t> open;  // guarded by mutex
  };
  bool enter_all(bool in_exchange);
  [[nodiscard]] std::uint64_t id_of(const IpAddress& client) const;

  const std::size_t max_all_;
  const std::size_t max_per_client_;
  const HashKey key_ = HashKey::random();
  std::atomic<std::size_t> all_{0};
  std::array<Shard, 16> shards_;
};

}  // namespace pico::http
