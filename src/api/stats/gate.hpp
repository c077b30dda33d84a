#pragma once
#include <functional>
#include <memory>

#include "hourly_limit.hpp"
#include "pico/http/exchange.hpp"
#include "pico/http/rate_limiter.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/api_keys.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

/// Answers with the key that the request brought along. Runs on a query thread, once more when its session was lost: it must only read.
using Answering = std::function<http::Response(storage::Connection&, const storage::ApiKey&)>;

/// What stands before every question: the key, its hourly limit, a place in the pool; and behind it: what is said when it fails.
/// Called on io threads.
class Gate {
 public:
  Gate(storage::Pool& pool, storage::ApiKeyCache& keys, metrics::Registry& registry, unsigned requests_per_hour);

  /// Answers the request at once when it is refused, else later by `answering`, which holds copies of what it needs of the request.
  void pass(http::Exchange& exchange, Answering answering);

 private:
  /// Of one client: guessing is hopeless, but every guess costs a look into Postgres.
  static constexpr double unknown_keys_per_second = 10;
  static constexpr std::size_t max_unknown_clients = 10'000;

  std::optional<http::Response> over_limit(const storage::ApiKey& key);

  storage::Pool& pool_;
  storage::ApiKeyCache& keys_;
  HourlyLimit limit_;
  http::RateLimiter unknown_keys_;
  std::shared_ptr<void> sampler_;
};

}  // namespace pico::api
