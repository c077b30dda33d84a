#include "answers.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "pico/storage/error.hpp"
#include "query_json.hpp"

namespace pico::api {
namespace {

using http::Response;

/// Sentences quote what was asked; a browser must not take them for a page.
constexpr std::string_view no_store = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
constexpr int retry_seconds = 5;

Response retry_later(unsigned status, std::string_view sentence, long seconds) {
  return error_response(status, sentence).with("Retry-After", std::to_string(seconds));
}

Response database_failure(const storage::DatabaseError& error) {
  if (error.is_cancelled())
    return retry_later(503, "The question took too long and was given up. Ask for a shorter range, fewer dimensions or fewer filters.", retry_seconds);
  if (!error.connection_lost()) spdlog::warn("a question could not be answered: {}", error.what());
  return retry_later(503, "Postgres cannot be asked right now, try again later.", retry_seconds);
}

}  // namespace

Response result_response(std::string body) {
  auto response = Response::json(200, std::move(body));
  response.fixed_headers = no_store;
  return response;
}

Response error_response(unsigned status, std::string_view sentence) {
  auto response = Response::json(status, Json{{"error", sentence}}.dump(-1, ' ', false, Json::error_handler_t::replace));
  response.fixed_headers = no_store;
  return response;
}

Response missing_key() {
  return error_response(401, "Missing API key. Please use a valid Picolytics API key as a Bearer Token.").with("WWW-Authenticate", "Bearer");
}

Response no_access() {
  return error_response(401, "Invalid API key or site ID. Please use a key of this server that has access to the site and the scope that is needed.")
      .with("WWW-Authenticate", "Bearer");
}

Response too_many_requests(unsigned per_hour, long seconds_left) {
  return retry_later(429, fmt::format("Too many API requests. Your API key is limited to {} requests per hour.", per_hour), seconds_left);
}

Response too_many_unknown_keys() { return retry_later(429, "Too many API requests with keys that are not known.", 1); }

Response question_too_large() { return error_response(413, fmt::format("The request's body is larger than {} bytes.", max_question_bytes)); }

Response overloaded() { return retry_later(503, "Too many questions are waiting, try again later.", retry_seconds); }

Response refusal(const Error& error) {
  switch (error.code) {
    case Errc::not_found: return no_access();
    case Errc::invalid: return error_response(400, error.message);
    case Errc::unavailable: return retry_later(503, error.message, retry_seconds);
    default: spdlog::error("a question could not be answered: {}", error.message); return error_response(500, "The question could not be answered.");
  }
}

Response failure(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const storage::DatabaseError& error) {
    return database_failure(error);
  } catch (const std::exception& error) {
    spdlog::error("a question could not be answered: {}", error.what());
    return error_response(500, "The question could not be answered.");
  }
}

}  // namespace pico::api
