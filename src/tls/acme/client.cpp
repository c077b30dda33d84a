#include "client.hpp"

#include <fmt/format.h>

#include "pico/core/text.hpp"

namespace pico::tls::acme {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr int nonce_attempts = 10;
constexpr std::chrono::milliseconds first_look = 250ms, longest_look = 10s, patience = 5min;
constexpr std::size_t quoted_bytes = 300, most_letters = 40;

std::string text(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> texts(const json& object, const char* name) {
  std::vector<std::string> all;
  if (!object.is_object() || !object.contains(name) || !object[name].is_array()) return all;
  for (const auto& one : object[name])
    if (one.is_string()) all.push_back(one.get<std::string>());
  return all;
}

/// The authority's words in one line, cut.
std::string quoted(std::string words) {
  words = clean_text(words, quoted_bytes);
  std::replace_if(words.begin(), words.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return words;
}

std::string problem_type(const json& problem) {
  auto type = text(problem, "type");
  constexpr std::string_view prefix = "urn:ietf:params:acme:error:";
  if (type.starts_with(prefix)) type.erase(0, prefix.size());
  return type;
}

/// A problem document (RFC 7807) as a sentence.
std::string sentence_of(const json& problem) {
  const auto type = problem_type(problem);
  return quoted(fmt::format("{}: {}", type.empty() ? "unspecified" : type, text(problem, "detail")));
}

/// The same as a word that may be stored.
std::string kind_of(const json& problem) {
  auto kind = problem_type(problem);
  const bool word = kind.size() <= most_letters && std::all_of(kind.begin(), kind.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  return word ? kind : "";
}

/// Why an authorization came to nothing: its challenge knows.
json problem_of(const json& authorization) {
  if (authorization.is_object() && authorization.contains("challenges") && authorization["challenges"].is_array())
    for (const auto& challenge : authorization["challenges"])
      if (challenge.is_object() && challenge.contains("error")) return challenge["error"];
  return {};
}

Failure refused(std::string sentence, const json& problem = {}) {
  if (!problem.is_null()) sentence += ": " + sentence_of(problem);
  return {FailedBy::authority, std::move(sentence), std::nullopt, kind_of(problem)};
}
Failure stopped() { return {FailedBy::us, "stopped"}; }

}  // namespace

Client::Client(Http& http, std::string directory, const AccountKey& account, Wait wait, Permission permission)
    : http_(http), directory_(std::move(directory)), account_(account), wait_(std::move(wait)), permission_(std::move(permission)) {}

Outcome<std::string> Client::obtain(const std::string& host, EVP_PKEY* key, const Challenges& challenges) {
  if (auto read = read_directory(); !read) return read.error();
  if (auto entered = enter_account(); !entered) return entered.error();
  const auto wish = json{{"identifiers", json::array({{{"type", "dns"}, {"value", host}}})}};
  const auto order = post(new_order_, wish.dump());
  if (!order) return order.error();
  const auto finalize = text(order->object, "finalize");
  if (order->http.location.empty() || finalize.empty()) return refused("the authority's order names no address");
  for (const auto& authorization : texts(order->object, "authorizations"))
    if (auto proved = prove(authorization, challenges); !proved) return proved.error();
  return finish(order->http.location, finalize, host, key);
}

Outcome<void> Client::read_directory() {
  const auto answer = http_.send({"GET", directory_, ""});
  if (!answer) return Failure{FailedBy::us, answer.error().message};
  const auto directory = json::parse(answer->body, nullptr, false);
  new_nonce_ = text(directory, "newNonce");
  new_account_ = text(directory, "newAccount");
  new_order_ = text(directory, "newOrder");
  if (answer->status == 200 && !new_nonce_.empty() && !new_account_.empty() && !new_order_.empty()) return {};
  return Failure{FailedBy::us, fmt::format("the authority's directory cannot be read (status {})", answer->status), answer->retry_after};
}

/// Makes the account, or finds the one that has this key.
Outcome<void> Client::enter_account() {
  kid_.clear();
  const auto account = post(new_account_, R"({"termsOfServiceAgreed":true})");
  if (!account) return account.error();
  kid_ = account->http.location;
  if (kid_.empty()) return refused("the authority's account names no address");
  return {};
}

Outcome<void> Client::prove(const std::string& url, const Challenges& challenges) {
  const auto authorization = ask(url);
  if (!authorization) return authorization.error();
  if (text(authorization->object, "status") == "valid") return {};
  std::string address, token;
  const auto& object = authorization->object;
  if (object.is_object() && object.contains("challenges") && object["challenges"].is_array())
    for (const auto& challenge : object["challenges"])
      if (text(challenge, "type") == "http-01") address = text(challenge, "url"), token = text(challenge, "token");
  if (address.empty() || token.empty()) return refused("the authority offers no http-01 challenge");
  if (auto published = challenges.publish(token, account_.key_authorization(token)); !published) return published.error();
  const auto begun = post(address, "{}");
  const auto ended = begun ? await(url, {"pending", "processing"}) : begun;
  challenges.withdraw(token);
  if (!ended) return ended.error();
  if (text(ended->object, "status") != "valid") return refused("the authority could not confirm the host name", problem_of(ended->object));
  return {};
}

Outcome<std::string> Client::finish(const std::string& order, const std::string& finalize, const std::string& host, EVP_PKEY* key) {
  const auto ready = await(order, {"pending"});
  if (!ready) return ready.error();
  if (text(ready->object, "status") == "ready") {
    if (auto permitted = permission_(); !permitted) return permitted.error();
    const auto request = certificate_request(key, host);
    if (request.empty()) return Failure{FailedBy::us, "OpenSSL makes no certificate request: " + latest_failure()};
    const auto finalized = post(finalize, json{{"csr", base64url(request)}}.dump());
    if (!finalized) return finalized.error();
  }
  const auto valid = await(order, {"pending", "ready", "processing"});
  if (!valid) return valid.error();
  const auto address = text(valid->object, "certificate");
  if (text(valid->object, "status") != "valid" || address.empty())
    return refused("the authority gave the order up", valid->object.is_object() ? valid->object.value("error", json()) : json());
  auto certificate = ask(address);
  if (!certificate) return certificate.error();
  return std::move(certificate->http.body);
}

Outcome<Client::Answer> Client::await(const std::string& url, std::initializer_list<std::string_view> unfinished) {
  auto pause = first_look;
  for (std::chrono::milliseconds waited{0}; waited < patience; waited += pause, pause = std::min(2 * pause, longest_look)) {
    auto answer = ask(url);
    if (!answer) return answer;
    const auto status = text(answer->object, "status");
    if (std::find(unfinished.begin(), unfinished.end(), status) == unfinished.end()) return answer;
    if (answer->http.retry_after) pause = std::clamp<std::chrono::milliseconds>(*answer->http.retry_after, first_look, longest_look);
    if (!wait_(pause)) return stopped();
  }
  return refused("the authority has not made up its mind within five minutes");
}

/// A nonce is good for one message.
Outcome<std::string> Client::fresh_nonce() {
  if (!nonce_.empty()) return std::exchange(nonce_, {});
  const auto answer = http_.send({"HEAD", new_nonce_, ""});
  if (!answer) return Failure{FailedBy::us, answer.error().message};
  if (answer->nonce.empty()) return Failure{FailedBy::us, fmt::format("the authority gives no nonce (status {})", answer->status), answer->retry_after};
  return answer->nonce;
}

Outcome<Client::Answer> Client::post(const std::string& url, const std::string& payload) {
  for (int attempt = 1;; ++attempt) {
    const auto nonce = fresh_nonce();
    if (!nonce) return nonce.error();
    auto answer = http_.send({"POST", url, account_.jws(kid_, *nonce, url, payload)});
    if (!answer) return Failure{FailedBy::us, answer.error().message};
    nonce_ = answer->nonce;
    auto object = json::parse(answer->body, nullptr, false);
    if (answer->status >= 200 && answer->status < 300) return Answer{std::move(*answer), std::move(object)};
    if (problem_type(object) == "badNonce" && attempt < nonce_attempts) continue;
    const auto said = object.is_object() ? sentence_of(object) : "no reason given";
    const auto by = answer->status < 500 ? FailedBy::authority : FailedBy::us;
    return Failure{by, fmt::format("the authority refused (status {}): {}", answer->status, said), answer->retry_after, kind_of(object)};
  }
}

}  // namespace pico::tls::acme
