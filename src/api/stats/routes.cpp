#include "pico/api/stats.hpp"

#include "answer_json.hpp"
#include "answers.hpp"
#include "gate.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"
#include "query_json.hpp"
#include "v1.hpp"

namespace pico::api {
namespace {

using http::Exchange;
using http::Response;

class StatsApi {
 public:
  StatsApi(const StatsApiParts& parts, const StatsApiOptions& options)
      : gate_(parts.pool, parts.keys, parts.registry, options.requests_per_hour), service_(parts.service) {}

  void query(Exchange& exchange) {
    gate_.pass(exchange, [this, body = std::string(exchange.request().body)](storage::Connection& connection, const storage::ApiKey& key) {
      auto question = read_question(body);
      if (!question) return refusal(question.error());
      if (!key.allows(storage::Scope::read, question->query.site)) return no_access();
      return answer(connection, *question);
    });
  }

  void live_visitors(Exchange& exchange) {
    about_site(exchange, [this](storage::Connection& connection, const std::string& site, std::string_view) {
      const auto visitors = service_.live_visitors(connection, site);
      return visitors ? result_response(std::to_string(*visitors)) : refusal(visitors.error());
    });
  }

  void older_call(Exchange& exchange, V1Call call) {
    about_site(exchange, [this, call](storage::Connection& connection, const std::string& site, std::string_view parameters) {
      auto question = read_v1_question(call, parameters);
      if (!question) return refusal(question.error());
      question->site = site;
      const auto answered = service_.answer(connection, *question);
      return answered ? result_response(v1_answer_json(call, *question, *answered)) : refusal(answered.error());
    });
  }

 private:
  using AnsweringOfSite = std::function<Response(storage::Connection&, const std::string& site, std::string_view parameters)>;

  /// For requests that say in their query string which site they are about.
  void about_site(Exchange& exchange, AnsweringOfSite answering) {
    gate_.pass(exchange, [answering = std::move(answering), parameters = std::string(exchange.request().query)](storage::Connection& connection, const storage::ApiKey& key) {
      const auto site = normalise_host(parameter(parameters, "site_id"));
      if (site.empty()) return error_response(400, missing_site);
      if (!is_clean_text(site, event::limits::domain) || !key.allows(storage::Scope::read, site)) return no_access();
      return answering(connection, site, parameters);
    });
  }

  Response answer(storage::Connection& connection, Question& question) {
    if (question.automatic_time) {
      const auto time = resolve_time(connection, question.query);
      if (!time) return refusal(time.error());
      set_time(question, *time);
    }
    const auto answered = service_.answer(connection, question.query);
    return answered ? result_response(answer_json(question, *answered)) : refusal(answered.error());
  }

  /// What `time` stands for in the range; where that depends on the site's days, a small question finds out.
  Result<stats::Dimension> resolve_time(storage::Connection& connection, const stats::Query& query) {
    if (const auto time = time_of(query.range)) return *time;
    stats::Query range_only;
    range_only.site = query.site;
    range_only.range = query.range;
    range_only.metrics = {stats::Metric::visitors};
    const auto answered = service_.answer(connection, range_only);
    if (!answered) return answered.error();
    return time_of(answered->range);
  }

  Gate gate_;
  stats::Service& service_;
};

}  // namespace

void add_stats_routes(http::Router& router, const StatsApiParts& parts, const StatsApiOptions& options) {
  const auto api = std::make_shared<StatsApi>(parts, options);
  router.add(http::Method::post, "/api/v2/query", [api](Exchange& exchange) { api->query(exchange); },
             {.max_body = max_question_bytes, .cors = true, .body_too_large = question_too_large});
  router.add(http::Method::get, "/api/v1/stats/realtime/visitors", [api](Exchange& exchange) { api->live_visitors(exchange); }, {.cors = true});
  router.add(http::Method::get, "/api/v1/stats/aggregate", [api](Exchange& exchange) { api->older_call(exchange, V1Call::aggregate); }, {.cors = true});
  router.add(http::Method::get, "/api/v1/stats/timeseries", [api](Exchange& exchange) { api->older_call(exchange, V1Call::timeseries); }, {.cors = true});
  router.add(http::Method::get, "/api/v1/stats/breakdown", [api](Exchange& exchange) { api->older_call(exchange, V1Call::breakdown); }, {.cors = true});
}

}  // namespace pico::api
