#pragma once
#include "pico/http/router.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/stats/service.hpp"
#include "pico/storage/api_keys.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

struct StatsApiOptions {
  unsigned requests_per_hour = 600;  ///< of one key; 0: no limit
};

/// What answers. Everything must outlive the router's server.
struct StatsApiParts {
  storage::Pool& pool;
  stats::Service& service;
  storage::ApiKeyCache& keys;
  metrics::Registry& registry;
};

/// Adds the Stats API (docs/api.md): `POST /api/v2/query`, `GET /api/v1/stats/…`. Keys of scope read. Questions are read and answered
/// on the pool's threads.
void add_stats_routes(http::Router& router, const StatsApiParts& parts, const StatsApiOptions& options);

}  // namespace pico::api
