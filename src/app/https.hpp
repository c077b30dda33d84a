#pragma once
#include <optional>
#include <string>

#include "pico/config/config.hpp"
#include "pico/http/server.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/tls/certificate_files.hpp"
#include "pico/tls/server_contexts.hpp"

namespace pico::app {

/// HTTPS beside the public listener: a listener that serves the same routes, one that leads there from plain HTTP, and the certificate. All
/// functions do nothing when it is not configured. For the main thread, but for reload() and problem(), which are for any.
class Https {
 public:
  Https(const config::Config& config, const http::Router& public_routes, const Clock& clock, metrics::Registry& registry);
  ~Https();

  /// Binds, and reads the certificate's files: while root's rights may still be needed for both.
  Result<void> listen();
  /// Begins to serve, and to look after the certificate.
  void start();
  /// Looks for a new certificate soon.
  void reload();
  void stop(std::chrono::milliseconds at_most);

  /// Empty, or what is wrong with the certificate.
  [[nodiscard]] std::string problem() const;
  /// Empty when there is none.
  [[nodiscard]] std::string address() const { return server_ ? server_->address() : ""; }
  [[nodiscard]] std::string redirect_address() const { return redirect_server_ ? redirect_server_->address() : ""; }

 private:
  const config::Config& config_;
  tls::ServerContexts contexts_;
  http::Router redirect_routes_;
  std::optional<http::Server> server_, redirect_server_;
  std::optional<tls::CertificateFiles> files_;
};

}  // namespace pico::app
