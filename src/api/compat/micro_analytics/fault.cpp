#include "fault.hpp"

#include <nlohmann/json.hpp>

namespace pico::api::micro_analytics {

Fault no_website() {
  return {"InvalidDatabaseName", "the name of a website is letters, digits, dots, hyphens and underscores, and begins with a letter or a digit"};
}

Fault not_listed() {
  return {"InvalidDatabaseName", "there is no such website here, and siteRegistration is listed: add it with picolytics site add"};
}

Fault time_out_of_range() { return {"InvalidTimeFormat", "time must not be before the year 2000 nor more than a day ahead"}; }

http::Response answer_of(const Fault& fault) {
  const nlohmann::ordered_json body{{"code", fault.code}, {"message", fault.message}};
  auto response = http::Response::json(fault.status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  response.content_type = "application/json";
  if (fault.status == 503) response.fixed_headers = "Retry-After: 1\r\n";
  return response;
}

}  // namespace pico::api::micro_analytics
