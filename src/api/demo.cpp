#include "pico/api/demo.hpp"

#include <nlohmann/json.hpp>

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/enrich/visitor.hpp"
#include "pico/storage/recent_events.hpp"

namespace pico::api {
namespace {

using http::Exchange;
using http::Response;

constexpr int shown_events = 50;
constexpr std::string_view page_headers =
    "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'; base-uri 'none'\r\nReferrer-Policy: same-origin\r\n";

Response unavailable() {
  auto response = Response::error(503, "Postgres cannot be asked right now");
  response.fixed_headers = "Retry-After: 5\r\n";
  return response;
}

struct Visitor {
  std::string domain;
  Day day;
  std::uint64_t id;
};

/// Who asks, as an event of theirs would be stored. nullopt: no salt yet.
std::optional<Visitor> visitor_of(const http::Request& request, const enrich::Salts& salts, const enrich::Sites& sites) {
  const auto page = "http://" + std::string(request.header("Host"));
  const auto url = parse_url(page);
  if (!url) return std::nullopt;
  auto domain = normalise_host(url->host);
  const auto day = sites.zone_of(domain, request.received_at).local_day(request.received_at);
  const auto salt = salts.find(day);
  if (!salt) return std::nullopt;
  const auto id = enrich::visitor_id(*salt, domain, request.client, request.header("User-Agent"));
  return Visitor{std::move(domain), day, id};
}

std::string events_json(const std::vector<storage::RecentEvent>& events) {
  auto rows = nlohmann::json::array();
  for (const auto& event : events)
    rows.push_back({{"at", to_string(event.at)}, {"name", event.name}, {"path", event.path}, {"browser", event.browser}, {"os", event.os},
                    {"country", event.country}, {"channel", event.channel}, {"visit", std::to_string(event.visit_id)}});
  return nlohmann::json{{"events", std::move(rows)}, {"committed", true}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void add_demo_routes(http::Router& router, const Assets& assets, storage::Pool& pool, const enrich::Salts& salts, const enrich::Sites& sites) {
  const auto page = [&assets](Exchange& exchange) {
    const auto* asset = assets.find("demo.html");
    if (asset == nullptr) return exchange.answer(Response::empty(404));
    auto response = serve_asset(*asset, exchange.request(), 0);
    response.headers.append(page_headers);
    exchange.answer(std::move(response));
  };
  router.add(http::Method::get, "/demo", page);
  router.add(http::Method::get, "/demo/*", page);  // the page navigates below itself without loading
  router.add(http::Method::get, "/demo/events", [&pool, &salts, &sites](Exchange& exchange) {
    auto visitor = visitor_of(exchange.request(), salts, sites);
    if (!visitor) return exchange.answer(unavailable());
    const auto answer = exchange.answer_later();
    const auto events = std::make_shared<std::vector<storage::RecentEvent>>();
    const auto work = [visitor = std::move(*visitor), events](storage::Connection& connection) {
      *events = storage::recent_events(connection, visitor.domain, visitor.day, visitor.id, shown_events);
    };
    const auto done = [answer, events](const std::exception_ptr& failure) {
      if (failure) return answer(unavailable());
      auto response = Response::json(200, events_json(*events));
      response.fixed_headers = "Cache-Control: no-store\r\n";
      answer(std::move(response));
    };
    if (!pool.run(work, done)) answer(unavailable());
  });
}

}  // namespace pico::api
