#include "fault.hpp"
#include "inserting_routes.hpp"
#include "pico/api/micro_analytics.hpp"
#include "reading_routes.hpp"

namespace pico::api {
namespace {

http::Response unauthorized(const http::Request& request) {
  const bool given = !request.header("Authorization").empty() || !Access::key_of(request).empty();
  auto response = micro_analytics::answer_of(
      {given ? "InvalidCredentials" : "InvalidAuthentication",
       "this needs credentials: set microAnalyticsUser and microAnalyticsPassword (MA_USER, MA_PASSWORD) and send them as Basic credentials, or make "
       "a key for all sites with picolytics key create and send it as a bearer token, or bind the listener to 127.0.0.1, or set microAnalyticsOpen "
       "(MICRO_ANALYTICS_OPEN) to true to let everybody in",
       401});
  response.fixed_headers = "WWW-Authenticate: Basic realm=\"picolytics\"\r\n";
  return response;
}

}  // namespace

void add_micro_analytics_routes(http::Router& router, const std::string& base, const MicroAnalytics& micro) {
  micro_analytics::add_inserting_routes(router, base, micro.inserts, micro.access, unauthorized, micro.max_list_bytes);
  micro_analytics::add_reading_routes(router, base, micro.reads, micro.access, unauthorized);
  micro_analytics::add_other_routes(router, base);
}

}  // namespace pico::api
