#include "pico/api/page_views.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "fastify.hpp"
#include "javascript_date.hpp"
#include "page_views_body.hpp"
#include "pico/core/url.hpp"
#include "with_access.hpp"

namespace pico::api {
namespace {

using compat::fastify::error;
using http::Exchange;
using http::Method;
using http::Response;

constexpr std::size_t max_body = 1u << 20;
constexpr int reported_hours = 24;
constexpr std::string_view success = R"({"success":true})";

Response body_too_large() { return error(413, "FST_ERR_CTP_BODY_TOO_LARGE", "Request body is too large"); }

Response unavailable() {
  auto response = error(503, "", "Postgres is away or too much is waiting for it: nothing was counted, try again");
  response.fixed_headers = "Retry-After: 1\r\n";
  return response;
}

Response unauthorized(const http::Request&) {
  auto response = error(401, "", Access::advice());
  response.fixed_headers = "WWW-Authenticate: Basic realm=\"picolytics\"\r\n";
  return response;
}

using Answer = std::function<void(Response)>;
using ParseBody = compat::PageViewsBody (*)(std::string_view content_type, std::string_view body);

void count(counters::Counter& counter, ParseBody parse, const http::Request& request, const Answer& answer) {
  auto body = parse(request.header("Content-Type"), request.body);
  if (body.refusal) return answer(std::move(*body.refusal));
  if (body.counts.empty()) return answer(compat::fastify::json(200, std::string(success)));
  const auto done = [answer](counters::Counter::Outcome outcome) {
    switch (outcome) {
      case counters::Counter::Outcome::committed: return answer(compat::fastify::json(200, std::string(success)));
      case counters::Counter::Outcome::refused: return answer(error(400, "", "Postgres does not take this page"));
      case counters::Counter::Outcome::unavailable: return answer(unavailable());
    }
  };
  if (!counter.add(std::move(body.counts), done)) answer(unavailable());
}

struct ReportQuery {
  std::string page;
  Instant end;  ///< the hour that is running, which is left out
  bool descending = false;
  std::size_t take = reported_hours;
};

std::optional<std::string> parameter(std::string_view query, std::string_view name) {
  const auto value = query_value(query, name);
  if (!value) return std::nullopt;
  return percent_decode(*value, true);
}

/// Completes a query; otherwise the text of what is wrong with it.
std::string parse_report(ReportQuery& query, std::string_view text, Instant now) {
  if (const auto fault = compat::page_fault(query.page); !fault.empty()) return "querystring/page must " + std::string(fault);
  if (const auto given = parameter(text, "now"); given && !given->empty()) {
    const auto at = compat::parse_javascript_date(*given);
    if (!at) return "Invalid timestamp format: " + *given;
    now = *at;
  }
  query.end = std::chrono::floor<std::chrono::hours>(now);
  if (const auto order = parameter(text, "order"); order && !order->empty()) {
    if (*order != "asc" && *order != "desc") return "querystring/order must be equal to one of the allowed values: asc, desc";
    query.descending = *order == "desc";
  }
  if (const auto take = parameter(text, "take"); take && !take->empty()) {
    const bool digits = take->find_first_not_of("0123456789") == std::string::npos;
    if (!digits || take->find_first_not_of('0') == std::string::npos) return "querystring/take must be a whole number from 1 to 24";
    std::from_chars(take->data(), take->data() + take->size(), query.take);
    if (take->size() > 2) query.take = reported_hours;
    query.take = std::min<std::size_t>(query.take, reported_hours);
  }
  return {};
}

std::string report_json(const ReportQuery& query, const std::vector<storage::HourCount>& counts) {
  std::vector<storage::HourCount> hours;
  auto known = counts.begin();
  for (auto hour = query.end - std::chrono::hours(reported_hours); hour < query.end; hour += std::chrono::hours(1)) {
    const bool counted = known != counts.end() && known->hour == hour;
    hours.push_back({hour, counted ? (known++)->views : 0});
  }
  if (query.descending) std::reverse(hours.begin(), hours.end());
  hours.resize(query.take);
  auto rows = nlohmann::ordered_json::array();
  for (const auto& [hour, views] : hours) {
    const auto of_day = (hour - std::chrono::floor<std::chrono::days>(hour)) / std::chrono::hours(1);
    rows.push_back(nlohmann::ordered_json{{"h", of_day}, {"v", views}});
  }
  return nlohmann::ordered_json{{"data", std::move(rows)}}.dump();
}

void report(storage::Pool& pool, const Clock& clock, std::string page, const http::Request& request, const Answer& answer) {
  auto query = std::make_shared<ReportQuery>();
  query->page = std::move(page);
  if (const auto fault = parse_report(*query, request.query, clock.now()); !fault.empty()) return answer(compat::fastify::validation_error(fault));
  const auto counts = std::make_shared<std::vector<storage::HourCount>>();
  const auto work = [query, counts](storage::Connection& connection) {
    *counts = storage::page_hours(connection, query->page, query->end - std::chrono::hours(reported_hours), query->end);
  };
  const auto done = [query, counts, answer](const std::exception_ptr& failure) {
    answer(failure ? unavailable() : compat::fastify::json(200, report_json(*query, *counts)));
  };
  if (!pool.run(work, done)) answer(unavailable());
}

void add_counting(http::Router& router, const PageViews& context, const std::string& path, ParseBody parse) {
  const auto handler = [context, parse](Exchange& exchange) {
    const auto then = [context, parse](const http::Request& request, const Answer& answer) { count(context.counter, parse, request, answer); };
    with_access(context.access, Access::Scope::write, exchange, unauthorized, then);
  };
  for (const auto& spelling : {path, path + "/"}) router.add(Method::post, spelling, handler, {.max_body = max_body, .body_too_large = body_too_large});
}

void add_report(http::Router& router, const PageViews& context) {
  const auto ask = [context](Exchange& exchange, const std::string& page) {
    const auto then = [context, page](const http::Request& request, const Answer& answer) {
      report(context.pool, context.clock, page, request, answer);
    };
    with_access(context.access, Access::Scope::read, exchange, unauthorized, then);
  };
  router.add(Method::get, "/report", [ask](Exchange& exchange) { ask(exchange, parameter(exchange.request().query, "page").value_or("")); });
  router.add(Method::get, "/report/*", [ask](Exchange& exchange) {
    constexpr std::string_view prefix = "/report/";
    ask(exchange, percent_decode(exchange.request().path.substr(prefix.size())));
  });
}

}  // namespace

void add_page_views_routes(http::Router& router, const PageViews& page_views) {
  add_counting(router, page_views, "/page-views/single", compat::parse_single);
  add_counting(router, page_views, "/page-views/multi", compat::parse_multi);
  add_report(router, page_views);
  router.add(Method::get, "/health", [](Exchange& exchange) { exchange.answer(compat::fastify::json(200, R"({"status":"ok"})")); });
}

void add_page_views_not_found(http::Router& router) {
  const auto not_found = [](Exchange& exchange) { exchange.answer(compat::fastify::not_found(exchange.request())); };
  for (const auto method : {Method::get, Method::post, Method::put, Method::patch, Method::del}) router.add(method, "/*", not_found);
  for (const auto* path : {"/page-views/single", "/page-views/multi"})
    for (const auto method : {Method::get, Method::put, Method::patch, Method::del}) router.add(method, path, not_found);
  for (const auto* path : {"/report", "/health"})
    for (const auto method : {Method::post, Method::put, Method::patch, Method::del}) router.add(method, path, not_found, {.max_body = max_body});
}

}  // namespace pico::api
