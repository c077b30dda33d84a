#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "acme/http.hpp"
#include "certificates.hpp"

namespace pico::tls::acme {

/// An ACME authority in memory that checks what clients are told by RFC 8555: signatures, nonces, URLs, the order of states, the answers
/// of challenges, certificate requests. What it finds wrong is a problem document, and is noted in `faults`.
class Authority final : public Http {
 public:
  Authority() : key_(make_key()) {}
  Result<HttpAnswer> send(const HttpRequest& request) override;

  // What it is to do.
  int refuse_nonces = 0;                 ///< so many good nonces are called bad
  int unreachable = 0;                   ///< so many requests get no answer
  int slow = 0;                          ///< how often each state is seen before the next
  std::string stuck;                     ///< a status that never ends: "processing" of orders or "pending" of authorizations
  std::string refuse_orders;             ///< the type of a problem that new orders get
  unsigned refuse_status = 403;
  std::optional<std::chrono::seconds> retry_after;
  bool known_host = false;               ///< the authorization is valid from the beginning
  bool http_01 = true;                   ///< offers that challenge
  std::string issue_for;                 ///< another host than asked for
  std::string garbage_at;                ///< the path at which nonsense is answered
  std::string nonces = "nonce-";         ///< how they begin
  CertificateWishes wishes;              ///< validity of certificates
  /// How it looks for `http://HOST/.well-known/acme-challenge/TOKEN`.
  std::function<std::string(const std::string& token)> look_up;

  // What it has seen.
  std::vector<std::string> faults;
  std::vector<std::string> paths;
  std::set<std::string> accounts;  ///< their keys
  int certificates = 0;

  static constexpr const char* directory = "https://ca.test/dir";

 private:
  HttpAnswer problem(unsigned status, const std::string& type, const std::string& detail);
  HttpAnswer answer(unsigned status, const nlohmann::json& object, const std::string& location = "");
  HttpAnswer with_nonce(HttpAnswer answer);
  HttpAnswer post(const std::string& path, const std::string& url, const std::string& body);
  HttpAnswer serve(const std::string& path, const nlohmann::json& head, const std::string& payload);
  HttpAnswer order_state();
  HttpAnswer authorization_state();
  HttpAnswer finalize(const std::string& payload);
  bool verify(const nlohmann::json& jws, const nlohmann::json& head);
  std::string note(std::string fault) { return faults.emplace_back(std::move(fault)); }

  KeyPair key_;
  std::set<std::string> nonces_;
  int next_nonce_ = 0;
  std::string account_jwk_;
  std::string host_, authorization_, order_, chain_;
  int looks_ = 0;
};

}  // namespace pico::tls::acme
