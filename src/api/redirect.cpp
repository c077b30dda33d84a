#include "pico/api/redirect.hpp"

#include "pico/core/url.hpp"

namespace pico::api {
namespace {

using http::Exchange;
using http::Method;
using http::Response;

/// The host of a Host header without its port; empty when it is none.
std::string host_of(std::string_view header) {
  const auto url = "http://" + std::string(header);
  const auto parts = parse_url(std::string_view(url));
  const bool alone = parts && parts->path.empty() && parts->query.empty() && parts->fragment.empty() && header.find('@') == std::string_view::npos;
  return alone ? std::string(parts->host) : std::string();
}

std::string authority_of(const http::Request& request, const RedirectOptions& options) {
  if (!options.authority.empty()) return options.authority;
  auto host = host_of(request.header("Host"));
  if (!host.empty() && options.port != 443) host += ":" + std::to_string(options.port);
  return host;
}

Response redirect(const http::Request& request, const RedirectOptions& options) {
  const auto authority = authority_of(request, options);
  if (authority.empty()) return Response::error(400, "a Host header is needed");
  auto location = "https://" + authority + std::string(request.path);
  if (!request.query.empty()) location.append("?").append(request.query);
  return Response::empty(308).with("Location", location);
}

}  // namespace

void add_redirect_routes(http::Router& router, const RedirectOptions& options) {
  for (const auto method : {Method::get, Method::post, Method::put, Method::patch, Method::del})
    router.add(method, "/*", [options](Exchange& exchange) { exchange.answer(redirect(exchange.request(), options)); }, {.max_body = 16 * 1024, .cors = true});
}

}  // namespace pico::api
