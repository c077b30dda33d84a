#pragma once
#include <cstddef>

#include "pico/http/rate_limiter.hpp"
#include "pico/http/router.hpp"
#include "pico/ingest/ingest.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::api {

/// Adds `POST /p` and `GET /pixel.gif` (docs/tracking.md; shapes of the original picolytics).
/// `ingest` and `limiter` must outlive the router's server.
void add_collect_routes(http::Router& router, ingest::Ingest& ingest, http::RateLimiter& limiter, metrics::Registry& registry,
                        std::size_t body_max_size);

}  // namespace pico::api
