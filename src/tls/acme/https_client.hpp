#pragma once
#include <filesystem>
#include <stop_token>
#include <string>

#include "http.hpp"

namespace pico::tls::acme {

/// HTTPS by Beast: one connection a request, certificates checked against the system's authorities or those of a file. A stop ends a
/// request at once, but for the look-up of a name.
class HttpsClient final : public Http {
 public:
  HttpsClient(std::filesystem::path authority_file, std::string user_agent, std::stop_token stop);
  Result<HttpAnswer> send(const HttpRequest& request) override;

 private:
  const std::filesystem::path authority_file_;
  const std::string user_agent_;
  const std::stop_token stop_;
};

}  // namespace pico::tls::acme
