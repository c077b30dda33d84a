#include "pico/api/collect.hpp"

#include <memory>

#include "pico/core/url.hpp"

namespace pico::api {
namespace {

using http::Exchange;
using http::Response;
using ingest::Outcome;
using ingest::Verdict;
using std::string_view_literals::operator""sv;

constexpr std::string_view pixel_gif =
    "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02" "D\x01\0;"sv;

constexpr std::string_view retry_after = "Retry-After: 5\r\n";
constexpr std::string_view no_store = "Cache-Control: no-store, max-age=0\r\n";

Response pixel(unsigned status) {
  Response response;
  response.status = status;
  response.content_type = "image/gif";
  response.body = pixel_gif;
  response.fixed_headers = no_store;
  return response;
}

Response unavailable(std::string_view reason) {
  auto response = Response::error(503, "events cannot be taken right now, try again later");
  response.fixed_headers = retry_after;
  response.with("X-Picolytics-Reason", reason);
  return response;
}

std::string_view reason_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::stored: return {};
    case Outcome::journal_full: return "journal_full";
    case Outcome::failed: return "disk";
    case Outcome::no_salt: return "salt";
  }
  return "unknown";
}

/// What a client is told once its event's fate is known.
Response event_answer(const Exchange&, std::uint8_t code) {
  const auto outcome = static_cast<Outcome>(code);
  return outcome == Outcome::stored ? Response::text(202, "ok") : unavailable(reason_of(outcome));
}

Response pixel_answer(const Exchange&, std::uint8_t code) {
  const auto outcome = static_cast<Outcome>(code);
  return outcome == Outcome::stored ? pixel(200) : unavailable(reason_of(outcome));
}

Response invalid_event() { return Response::error(400, "Invalid event data"); }

ingest::Ticket ticket_for(Exchange& exchange) {
  return {&exchange, [](void* context, Outcome outcome) noexcept {
            static_cast<Exchange*>(context)->finish(static_cast<std::uint8_t>(outcome));
          }};
}

class Collect {
 public:
  Collect(ingest::Ingest& ingest, http::RateLimiter& limiter, metrics::Registry& registry)
      : ingest_(ingest), limiter_(limiter),
        limited_(registry.counter("picolytics_rate_limiter_drops", "Events refused because their client sent too many.")) {}

  void event(Exchange& exchange) {
    if (limited(exchange)) return;
    exchange.answer_with(event_answer);
    const auto answer = ingest_.accept_json(exchange.request().body, submission(exchange.request()), ticket_for(exchange));
    if (answer.verdict == Verdict::invalid) exchange.answer(invalid_event());
    if (answer.verdict == Verdict::unavailable) exchange.answer(unavailable(answer.reason));
    if (answer.verdict == Verdict::dropped) exchange.answer(Response::text(202, "ok").with("X-Picolytics-Dropped", answer.reason));
  }

  /// For pages without script: `<img src="…/pixel.gif">`. The page is `l`, or else the Referer that browsers send with images.
  void pixel_hit(Exchange& exchange) {
    if (limited(exchange)) return;
    exchange.answer_with(pixel_answer);
    const auto& request = exchange.request();
    const bool names_page = query_value(request.query, "l").has_value();
    const auto query = names_page ? std::string(request.query) : query_from_referer(request);
    const auto answer = ingest_.accept_query(query, submission(request), ticket_for(exchange));
    if (answer.verdict == Verdict::invalid) exchange.answer(pixel(400));
    if (answer.verdict == Verdict::unavailable) exchange.answer(unavailable(answer.reason));
    if (answer.verdict == Verdict::dropped) exchange.answer(pixel(200).with("X-Picolytics-Dropped", answer.reason));
  }

 private:
  bool limited(Exchange& exchange) {
    const auto& request = exchange.request();
    // One client's share for all who come through a proxy would lose most of their events.
    if (request.client_is_proxy || limiter_.allow(request.client, std::chrono::steady_clock::now())) return false;
    limited_.Increment();
    auto response = Response::error(429, "rate limit exceeded");
    response.fixed_headers = "Retry-After: 1\r\n";
    exchange.answer(std::move(response));
    return true;
  }

  static ingest::Submission submission(const http::Request& request) {
    return {request.header("User-Agent"), request.header("Accept-Language"), request.header("Origin"), request.header("DNT"),
            request.header("Sec-GPC"),    request.client,                    request.received_at};
  }

  static std::string query_from_referer(const http::Request& request) {
    std::string query(request.query);
    query.append("&l=");
    for (const char c : request.header("Referer")) {
      if (c == '&') query.append("%26");
      else if (c == '+') query.append("%2B");
      else if (c == '%') query.append("%25");
      else query.push_back(c);
    }
    return query;
  }

  ingest::Ingest& ingest_;
  http::RateLimiter& limiter_;
  metrics::Counter& limited_;
};

}  // namespace

void add_collect_routes(http::Router& router, ingest::Ingest& ingest, http::RateLimiter& limiter, metrics::Registry& registry,
                        std::size_t body_max_size) {
  auto collect = std::make_shared<Collect>(ingest, limiter, registry);
  router.add(http::Method::post, "/p", [collect](Exchange& exchange) { collect->event(exchange); },
             {.max_body = body_max_size, .cors = true, .body_too_large = invalid_event});
  router.add(http::Method::get, "/pixel.gif", [collect](Exchange& exchange) { collect->pixel_hit(exchange); }, {.cors = true});
}

}  // namespace pico::api
