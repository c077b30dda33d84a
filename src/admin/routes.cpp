#include "pico/admin/routes.hpp"

#include <nlohmann/json.hpp>

namespace pico::admin {
namespace {

using http::Exchange;
using http::Method;
using http::Response;

Response ready(const Readiness& readiness) {
  const auto problems = readiness.problems();
  const auto warnings = readiness.warnings();
  if (problems.empty() && warnings.empty()) return Response::text(200, "OK");
  nlohmann::json json{{"ready", problems.empty()}};
  if (!problems.empty()) json["problems"] = problems;
  if (!warnings.empty()) json["warnings"] = warnings;
  return Response::json(problems.empty() ? 200 : 503, json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Response exposition(const metrics::Registry& registry) {
  auto response = Response::html(200, registry.expose());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

}  // namespace

void add_routes(http::Router& router, const metrics::Registry& registry, const Readiness& readiness) {
  router.add(Method::get, "/healthz", [](Exchange& exchange) { exchange.answer(Response::text(200, "OK")); });
  router.add(Method::get, "/ready", [&readiness](Exchange& exchange) { exchange.answer(ready(readiness)); });
  router.add(Method::get, "/metrics", [&registry](Exchange& exchange) { exchange.answer(exposition(registry)); });
}

}  // namespace pico::admin
