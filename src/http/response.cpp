#include "pico/http/response.hpp"

#include <cassert>

namespace pico::http {
namespace {

constexpr std::string_view json_type = "application/json; charset=UTF-8";

Response owning(unsigned status, std::string_view type, std::string body) {
  auto owner = std::make_shared<const std::string>(std::move(body));
  Response response;
  response.status = status;
  response.content_type = type;
  response.body = *owner;
  response.owner = std::move(owner);
  return response;
}

}  // namespace

Response Response::text(unsigned status, std::string_view static_body) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=UTF-8";
  response.body = static_body;
  return response;
}

Response Response::json(unsigned status, std::string body) { return owning(status, json_type, std::move(body)); }

Response Response::html(unsigned status, std::string body) { return owning(status, "text/html; charset=UTF-8", std::move(body)); }

Response Response::empty(unsigned status) {
  Response response;
  response.status = status;
  return response;
}

Response Response::error(unsigned status, std::string_view message) {
  std::string body = R"({"message":")";
  body.append(message).append(R"("})").append("\n");
  return json(status, std::move(body));
}

Response Response::redirect(std::string_view location) { return empty(302).with("Location", location); }

Response& Response::with(std::string_view name, std::string_view value) & {
  assert(value.find_first_of("\r\n") == std::string_view::npos);
  headers.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

Response&& Response::with(std::string_view name, std::string_view value) && { return std::move(with(name, value)); }

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return "Unknown";
  }
}

}  // namespace pico::http
