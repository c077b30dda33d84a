#pragma once
#include <functional>
#include <string>
#include <vector>

#include "pico/admin/system_metrics.hpp"
#include "pico/http/router.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::admin {

/// One thing that must hold for the server to be ready. `problem` returns a sentence saying what is wrong, or nothing; it is called
/// on an io thread and must not block.
struct ReadyCheck {
  std::string name;
  std::function<std::string()> problem;
};

/// Adds `GET /healthz` (the process runs), `GET /ready` (200 `OK`, or 503 naming what is not ready) and `GET /metrics`.
void add_routes(http::Router& router, const metrics::Registry& registry, SystemMetrics& system, std::vector<ReadyCheck> checks);

/// Adds what helps to look into a running process (setting `debug`): `GET /debug/heap` (the allocator's statistics), `GET /debug/threads`
/// (processor time by thread) and `POST /debug/log-level?level=…`.
void add_debug_routes(http::Router& router);

}  // namespace pico::admin
