#pragma once
#include "pico/admin/readiness.hpp"
#include "pico/http/router.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::admin {

/// Adds `GET /healthz` (the process runs), `GET /ready` (200 `OK`, or 503 naming what is not ready) and `GET /metrics`.
void add_routes(http::Router& router, const metrics::Registry& registry, const Readiness& readiness);

/// Adds what helps to look into a running process (setting `debug`): `GET /debug/heap` (the allocator's statistics), `GET /debug/threads`
/// (processor time by thread) and `POST /debug/log-level?level=…`; and below `/debug/pprof/` the addresses of the original's profiler, where what
/// only Go has is 501.
void add_debug_routes(http::Router& router);

}  // namespace pico::admin
