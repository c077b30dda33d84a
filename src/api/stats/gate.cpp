#include "gate.hpp"

#include <memory>
#include <optional>
#include <string>

#include "answers.hpp"
#include "pico/api/access.hpp"

namespace pico::api {
namespace {

using std::chrono::steady_clock;

/// A request on its way through a query thread.
struct Passing {
  std::string token;
  std::shared_ptr<const storage::ApiKey> key;  ///< null until it was found
  std::optional<http::Response> response;
};

}  // namespace

Gate::Gate(storage::Pool& pool, storage::ApiKeyCache& keys, metrics::Registry& registry, unsigned requests_per_hour)
    : pool_(pool), keys_(keys), limit_(requests_per_hour), unknown_keys_(unknown_keys_per_second, max_unknown_clients) {
  auto& counted = registry.gauge("picolytics_api_keys_counted", "Keys of the API whose questions of an hour are counted.");
  auto& guessers = registry.gauge("picolytics_api_unknown_key_clients", "Clients that have a bucket for keys that are not known yet.");
  sampler_ = registry.before_expose([this, &counted, &guessers] {
    counted.Set(static_cast<double>(limit_.keys()));
    guessers.Set(static_cast<double>(unknown_keys_.clients()));
  });
}

std::optional<http::Response> Gate::over_limit(const storage::ApiKey& key) {
  const auto wait = limit_.take(key.key_id, steady_clock::now());
  if (!wait) return std::nullopt;
  return too_many_requests(limit_.per_hour(), wait->count());
}

void Gate::pass(http::Exchange& exchange, Answering answering) {
  const auto& request = exchange.request();
  const auto token = Access::key_of(request);
  if (token.empty()) return exchange.answer(missing_key());
  if (!storage::looks_like_api_key(token)) return exchange.answer(no_access());
  const auto passing = std::make_shared<Passing>();
  passing->token = token;
  passing->key = keys_.cached(token);
  if (passing->key) {
    if (auto refused = over_limit(*passing->key)) return exchange.answer(std::move(*refused));
  } else if (!unknown_keys_.allow(request.client, steady_clock::now())) {
    return exchange.answer(too_many_unknown_keys());
  }
  const auto answer = exchange.answer_later();
  const auto work = [this, passing, answering = std::move(answering)](storage::Connection& connection) {
    if (!passing->key) {
      passing->key = keys_.find(connection, passing->token);
      passing->response = passing->key ? over_limit(*passing->key) : no_access();
      if (passing->response) return;
    }
    passing->response = answering(connection, *passing->key);
  };
  const auto done = [passing, answer](const std::exception_ptr& thrown) { answer(thrown ? failure(thrown) : std::move(*passing->response)); };
  if (!pool_.run(work, done)) answer(overloaded());
}

}  // namespace pico::api
