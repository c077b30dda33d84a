#include "pico/api/views.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "compat/views_socket.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "with_access.hpp"

namespace pico::api {
namespace {

using http::Exchange;
using http::Response;
using nlohmann::ordered_json;

constexpr int default_rows = 100, max_rows = 1000;

std::string normalised(std::string_view origin) {
  while (origin.ends_with('/')) origin.remove_suffix(1);
  return to_lower_ascii(origin);
}

bool refuses_tracking(const http::Request& request) {
  const auto do_not_track = request.header("DNT");
  return do_not_track == "1" || equals_ignore_case(do_not_track, "yes") || request.header("Sec-GPC") == "1";
}

void add_socket(http::Router& router, const Views& views, const ViewsOptions& options) {
  const auto origins = std::make_shared<std::set<std::string>>();
  for (const auto& origin : options.allowed_origins) origins->insert(normalised(origin));
  router.add(http::Method::get, "/ws", [views, options, origins](Exchange& exchange) {
    const auto& request = exchange.request();
    const auto origin = normalised(request.header("Origin"));
    if (!origins->contains(origin))
      return exchange.answer(Response::error(403, "pages of this origin may not connect: list it in wsAllowedOrigins (WS_ALLOWED_ORIGINS)"));
    if (!views.hub.enter()) {
      auto full = Response::error(503, "there are too many sockets: see wsMaxSockets (WS_MAX_SOCKETS)");
      full.fixed_headers = "Retry-After: 10\r\n";
      return exchange.answer(std::move(full));
    }
    const auto url = parse_url(std::string_view(origin));
    compat::ViewsClient client{origin, url ? normalise_host(url->host) : "", request.client, !request.client_is_proxy,
                                !(options.respect_do_not_track && refuses_tracking(request))};
    exchange.upgrade(compat::make_views_protocol(views, std::move(client)), options.socket);
  });
}

Response json(const ordered_json& body) {
  auto response = Response::json(200, body.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  response.fixed_headers = "Cache-Control: no-store\r\n";
  return response;
}

Response unavailable() {
  auto response = Response::error(503, "Postgres cannot be asked right now");
  response.fixed_headers = "Retry-After: 5\r\n";
  return response;
}

Response unauthorized(const http::Request&) {
  auto response = Response::error(401, Access::advice());
  response.fixed_headers = "WWW-Authenticate: Basic realm=\"picolytics\"\r\n";
  return response;
}

struct Question {
  std::string site, article;
  int take = default_rows;
};

std::string parameter(std::string_view query, std::string_view name) {
  const auto value = query_value(query, name);
  return value ? clean_text(percent_decode(*value, true), storage::max_page_bytes) : "";
}

/// What is asked; `fault` says what is wrong with it.
Question question_of(std::string_view query, std::string& fault) {
  Question question{normalise_host(parameter(query, "site")), parameter(query, "article"), default_rows};
  if (question.site.empty()) fault = "site is missing: the host whose views are asked for";
  if (const auto take = parameter(query, "take"); !take.empty()) {
    const auto [end, error] = std::from_chars(take.data(), take.data() + take.size(), question.take);
    if (error != std::errc{} || end != take.data() + take.size() || question.take < 1 || question.take > max_rows) fault = "take must be a whole number from 1 to 1000";
  }
  return question;
}

using Read = ordered_json (*)(storage::Connection& connection, const Question& question);

ordered_json read_articles(storage::Connection& connection, const Question& question) {
  auto rows = ordered_json::array();
  for (const auto& one : storage::list_views(connection, question.site, true, question.article, question.take))
    rows.push_back({{"articleId", one.item}, {"articleTitle", one.title}, {"uniqueViews", one.views.unique}, {"totalViews", one.views.total}});
  return {{"articles", std::move(rows)}};
}

ordered_json read_pages(storage::Connection& connection, const Question& question) {
  auto rows = ordered_json::array();
  for (const auto& one : storage::list_views(connection, question.site, false, "", question.take))
    rows.push_back({{"pageName", one.item}, {"tag", one.tag}, {"uniqueViews", one.views.unique}, {"totalViews", one.views.total}});
  return {{"pages", std::move(rows)}};
}

ordered_json read_referrers(storage::Connection& connection, const Question& question) {
  auto rows = ordered_json::array();
  for (const auto& one : storage::list_external_referrers(connection, question.site, question.take))
    rows.push_back({{"id", one.id}, {"connectionID", one.connection_id}, {"referrerURL", one.referrer}, {"pageViewed", one.page}, {"at", to_string(one.at)}});
  return {{"referrers", std::move(rows)}};
}

void add_reading(http::Router& router, const Views& views, const std::string& path, Read read) {
  router.add(http::Method::get, path, [views, read](Exchange& exchange) {
    const auto then = [views, read](const http::Request& request, const std::function<void(Response)>& answer) {
      std::string fault;
      const auto question = question_of(request.query, fault);
      if (!fault.empty()) return answer(Response::error(400, fault));
      const auto found = std::make_shared<ordered_json>();
      const auto work = [question, read, found](storage::Connection& connection) { *found = read(connection, question); };
      const auto done = [answer, found](const std::exception_ptr& failure) { answer(failure ? unavailable() : json(*found)); };
      if (!views.pool.run(work, done)) answer(unavailable());
    };
    with_access(views.access, Access::Scope::read, exchange, unauthorized, then);
  });
}

}  // namespace

void add_views_routes(http::Router& router, const Views& views, const ViewsOptions& options) {
  add_socket(router, views, options);
  add_reading(router, views, "/views/articles", read_articles);
  add_reading(router, views, "/views/pages", read_pages);
  add_reading(router, views, "/views/referrers", read_referrers);
}

}  // namespace pico::api
