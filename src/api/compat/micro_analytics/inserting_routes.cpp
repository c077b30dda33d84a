#include "inserting_routes.hpp"

#include "fault.hpp"
#include "pico/core/url.hpp"

namespace pico::api::micro_analytics {
namespace {

using http::Exchange;
using http::Method;

constexpr std::size_t max_item_bytes = 1u << 20;

http::Response too_large() {
  return answer_of({"InvalidJSON", "the body of the request is too large: a visit has 1 MB, a list what microAnalyticsMaxBody says", 413});
}

}  // namespace

void add_inserting_routes(http::Router& router, const std::string& base, MicroInserts& inserts, const Access& access, Unauthorized unauthorized,
                          std::size_t max_list_bytes) {
  const auto website_at = static_cast<std::size_t>(std::ranges::count(base, '/'));
  const auto website_of = [website_at](std::string_view path) { return percent_decode(http::path_segment(path, website_at)); };
  const auto insert_item = [&inserts, &access, unauthorized, website_of](Exchange& exchange) {
    const auto then = [&inserts, website_of](const http::Request& request, const MicroInserts::Answer& answer) {
      inserts.insert_item(website_of(request.path), std::string(request.body), answer);
    };
    with_access(access, Access::Scope::write, exchange, unauthorized, then);
  };
  const auto insert_list = [&inserts, &access, unauthorized](Exchange& exchange, const std::optional<std::string>& website) {
    const auto then = [&inserts, website, body = exchange.body()](const http::Request&, const MicroInserts::Answer& answer) {
      inserts.insert_list(website, body, answer);
    };
    with_access(access, Access::Scope::write, exchange, unauthorized, then);
  };
  const http::RouteOptions list{.max_body = max_list_bytes, .stream_body = true, .body_too_large = too_large};
  router.add(Method::post, base + "/{website}", insert_item, {.max_body = max_item_bytes, .body_too_large = too_large});
  router.add(Method::post, base + "/bulk", [insert_list](Exchange& exchange) { insert_list(exchange, std::nullopt); }, list);
  router.add(
      Method::post, base + "/{website}/bulk",
      [insert_list, website_of](Exchange& exchange) { insert_list(exchange, website_of(exchange.request().path)); }, list);
}

}  // namespace pico::api::micro_analytics
