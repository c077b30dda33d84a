#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "failure.hpp"
#include "http.hpp"
#include "jws.hpp"

namespace pico::tls::acme {

/// Where the answers of challenges are put for the authority to find.
struct Challenges {
  std::function<Outcome<void>(const std::string& token, const std::string& answer)> publish;
  std::function<void(const std::string& token)> withdraw;
};

/// Waits for so long; false: stop.
using Wait = std::function<bool(std::chrono::milliseconds)>;

/// Asked right before the authority is to make the certificate; a failure ends the attempt.
using Permission = std::function<Outcome<void>()>;

/// One attempt at a certificate (RFC 8555): directory, account, order, challenge, certificate. Every message is signed with a nonce of the
/// authority; one that it does not take (badNonce) is sent again with a fresh one. Blocks; one thread.
class Client {
 public:
  Client(Http& http, std::string directory, const AccountKey& account, Wait wait, Permission permission);

  /// The certificate chain as PEM, for that host and key.
  Outcome<std::string> obtain(const std::string& host, EVP_PKEY* key, const Challenges& challenges);

 private:
  struct Answer {
    HttpAnswer http;
    nlohmann::json object;  // discarded when the body is no JSON
  };
  Outcome<void> read_directory();
  Outcome<void> enter_account();
  Outcome<void> prove(const std::string& authorization, const Challenges& challenges);
  Outcome<std::string> finish(const std::string& order, const std::string& finalize, const std::string& host, EVP_PKEY* key);
  /// Asks until the object's status is none of these.
  Outcome<Answer> await(const std::string& url, std::initializer_list<std::string_view> unfinished);
  Outcome<Answer> ask(const std::string& url) { return post(url, ""); }
  Outcome<Answer> post(const std::string& url, const std::string& payload);
  Outcome<std::string> fresh_nonce();

  Http& http_;
  const std::string directory_;
  const AccountKey& account_;
  const Wait wait_;
  const Permission permission_;
  std::string new_nonce_, new_account_, new_order_;
  std::string kid_;    // the account's URL
  std::string nonce_;  // from the latest answer; empty: used up
};

}  // namespace pico::tls::acme
