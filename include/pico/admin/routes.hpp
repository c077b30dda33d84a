#pragma once
#include <functional>
#include <string>
#include <vector>

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
void add_routes(http::Router& router, const metrics::Registry& registry, std::vector<ReadyCheck> checks);

}  // namespace pico::admin
