#include "reading_routes.hpp"

#include <algorithm>
#include <array>

#include "fault.hpp"
#include "answers.hpp"
#include "pico/core/url.hpp"

namespace pico::api::micro_analytics {
namespace {

using http::Exchange;
using http::Method;
using Report = MicroReads::Report;

/// Bodies that nobody asks for are read, so that the connection stays.
constexpr http::RouteOptions any_body{.max_body = 64 * 1024};

constexpr std::array<std::pair<const char*, Report>, 6> reports{{{"/count", Report::count},
                                                                 {"/countries", Report::countries},
                                                                 {"/platforms", Report::platforms},
                                                                 {"/domains", Report::domains},
                                                                 {"/events", Report::events},
                                                                 {"/time", Report::time}}};

constexpr std::string_view welcome = "{\"message\":\"Welcome to micro-analytics!\",\"version\":\"2.0.3\"}\n";

}  // namespace

void add_reading_routes(http::Router& router, const std::string& base, MicroReads& reads, const Access& access, Unauthorized unauthorized) {
  const auto website_at = static_cast<std::size_t>(std::ranges::count(base, '/'));
  const auto website_of = [website_at](const http::Request& request) { return percent_decode(http::path_segment(request.path, website_at)); };
  const auto add = [&](const std::string& path, Report report) {
    const auto handler = [&reads, &access, unauthorized, website_of, report](Exchange& exchange) {
      const auto then = [&reads, &exchange, website_of, report](const http::Request& request, const MicroReads::Answer& answer) {
        reads.report(report, website_of(request), exchange, answer);
      };
      with_access(access, Access::Scope::read, exchange, unauthorized, then);
    };
    router.add(Method::get, path, handler, any_body);
  };
  add(base + "/{website}", Report::visits);
  for (const auto& [path, report] : reports) add(base + "/{website}" + path, report);

  const auto no_report = [&access, unauthorized](Exchange& exchange) {
    const auto then = [](const http::Request&, const MicroReads::Answer& answer) {
      answer(answer_of(Fault{"InvalidProperty", "a website has count, countries, platforms, domains, events and time"}));
    };
    with_access(access, Access::Scope::read, exchange, unauthorized, then);
  };
  router.add(Method::get, base + "/{website}/{report}", no_report, any_body);

  const auto remove = [&reads, &access, unauthorized, website_of](Exchange& exchange) {
    const auto then = [&reads, website_of](const http::Request& request, const MicroReads::Answer& answer) { reads.remove(website_of(request), answer); };
    with_access(access, Access::Scope::admin, exchange, unauthorized, then);
  };
  router.add(Method::del, base + "/{website}", remove, any_body);
}

void add_other_routes(http::Router& router, const std::string& base) {
  const auto greet = [](Exchange& exchange) { exchange.answer(json(std::string(welcome))); };
  const auto not_found = [](Exchange& exchange) { exchange.answer(http::Response::text(404, "404 page not found\n")); };
  for (const auto method : {Method::get, Method::post, Method::put, Method::patch, Method::del, Method::other}) {
    router.add(method, base + "/", greet, any_body);
    if (!base.empty()) router.add(method, base, greet, any_body);
    router.add(method, base + "/*", not_found, any_body);
  }
}

}  // namespace pico::api::micro_analytics
