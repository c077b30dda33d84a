#include "pico/api/acme.hpp"

#include <algorithm>

#include "pico/storage/certificates.hpp"

namespace pico::api {
namespace {

using http::Exchange;
using http::Response;

constexpr std::string_view path = "/.well-known/acme-challenge/";
constexpr std::size_t longest_token = 256;

/// A token is base64url; anything else is not worth a question to Postgres.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= longest_token && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Response answer_of(std::string text) {
  auto response = Response::html(200, std::move(text));
  response.content_type = "application/octet-stream";
  return response;
}

}  // namespace

void add_challenge_routes(http::Router& router, storage::Pool& pool, http::RateLimiter& limiter) {
  router.add(http::Method::get, std::string(path) + "*", [&pool, &limiter](Exchange& exchange) {
    const auto& request = exchange.request();
    const std::string token(request.path.substr(path.size()));
    if (!is_token(token)) return exchange.answer(Response::empty(404));
    if (!limiter.allow(request.client, std::chrono::steady_clock::now())) return exchange.answer(Response::error(429, "too many requests").with("Retry-After", "1"));
    const auto found = std::make_shared<std::optional<std::string>>();
    const auto answer = exchange.answer_later();
    const auto work = [token, found](storage::Connection& connection) { *found = storage::find_challenge(connection, token); };
    const auto done = [found, answer](const std::exception_ptr& failure) {
      if (failure) answer(Response::error(503, "try again later"));
      else answer(*found ? answer_of(std::move(**found)) : Response::empty(404));
    };
    if (!pool.run(work, done)) answer(Response::error(503, "try again later"));
  });
}

}  // namespace pico::api
