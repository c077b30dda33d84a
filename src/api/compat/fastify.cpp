#include "fastify.hpp"

#include <nlohmann/json.hpp>

namespace pico::api::compat::fastify {
namespace {

constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace;

std::string_view title_of(unsigned status) {
  return status == 413 ? "Payload Too Large" : http::reason_phrase(status);  // the name that Node knows it by
}

}  // namespace

http::Response json(unsigned status, std::string body) {
  auto response = http::Response::json(status, std::move(body));
  response.content_type = "application/json; charset=utf-8";
  return response;
}

http::Response error(unsigned status, std::string_view code, std::string_view message) {
  nlohmann::ordered_json body{{"statusCode", status}};
  if (!code.empty()) body["code"] = code;
  body["error"] = title_of(status);
  body["message"] = message;
  return json(status, body.dump(-1, ' ', false, replace));
}

http::Response validation_error(std::string_view message) { return error(400, "FST_ERR_VALIDATION", message); }

http::Response not_found(const http::Request& request) {
  auto target = std::string(request.path);
  if (!request.query.empty()) target.append("?").append(request.query);
  const nlohmann::ordered_json body{{"message", "Route " + std::string(to_string(request.method)) + ":" + target + " not found"},
                                    {"error", "Not Found"},
                                    {"statusCode", 404}};
  return json(404, body.dump(-1, ' ', false, replace));
}

}  // namespace pico::api::compat::fastify
