#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "pico/core/result.hpp"

namespace pico::tls::acme {

struct HttpRequest {
  std::string method;  ///< GET, HEAD or POST
  std::string url;     ///< https
  std::string body;    ///< of a POST: a JWS
};

/// What ACME needs of an answer.
struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::string nonce;     ///< Replay-Nonce
  std::string location;  ///< Location
  std::optional<std::chrono::seconds> retry_after;
};

/// The way to the authority. Blocks; one thread.
class Http {
 public:
  virtual ~Http() = default;
  /// An answer of any status, or Errc::unavailable with a sentence when there was none.
  virtual Result<HttpAnswer> send(const HttpRequest& request) = 0;
};

}  // namespace pico::tls::acme
