#pragma once
#include <string>
#include <vector>

#include "pico/api/access.hpp"
#include "pico/api/views_hub.hpp"
#include "pico/counters/counter.hpp"
#include "pico/http/rate_limiter.hpp"
#include "pico/http/router.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

struct ViewsOptions {
  std::vector<std::string> allowed_origins;  ///< `https://example.com`; case and a trailing slash do not matter
  http::WebSocketOptions socket;
  bool respect_do_not_track = true;
};

/// What the live view counters need. Everything must outlive the router's server.
struct Views {
  counters::Counter& counter;
  storage::Pool& pool;
  const Access& access;
  ViewsHub& hub;
  http::RateLimiter& limiter;
};

/// Adds the WebSocket `GET /ws` and what reads the same counts: `GET /views/articles`, `/views/pages`, `/views/referrers`
/// (docs/live-views.md).
void add_views_routes(http::Router& router, const Views& views, const ViewsOptions& options);

}  // namespace pico::api
