#pragma once
#include "pico/http/rate_limiter.hpp"
#include "pico/http/router.hpp"
#include "pico/storage/pool.hpp"

namespace pico::api {

/// Adds `GET /.well-known/acme-challenge/{token}`, by which a certificate authority sees that a host is ours (RFC 8555 §8.3): the answer is in
/// Postgres, where whichever instance orders has put it. Pool and limiter must outlive the router's server.
void add_challenge_routes(http::Router& router, storage::Pool& pool, http::RateLimiter& limiter);

}  // namespace pico::api
