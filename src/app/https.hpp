#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "pico/config/config.hpp"
#include "pico/http/rate_limiter.hpp"
#include "pico/http/server.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/pool.hpp"
#include "pico/tls/acme.hpp"
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
  /// Adds what an authority asks for to the public routes and to those of plain HTTP. Pool and limiter must outlive stop().
  void add_routes(http::Router& public_routes, storage::Pool& pool, http::RateLimiter& limiter);
  /// Begins to serve, and to look after the certificate: what is got by ACME is kept in that database.
  void start(const storage::ConnectOptions& database);
  /// Looks for a new certificate soon.
  void reload();
  /// Both, as far as they are there: to be stopped with the others.
  [[nodiscard]] std::vector<http::Server*> listeners();
  /// Ends orders of certificates, without waiting.
  void request_stop();
  /// Ends what looks after the certificate, which can take as long as the system looks up a name.
  void end_care();

  /// Empty, or what is wrong with the certificate.
  [[nodiscard]] std::string problem() const;
  /// Empty when there is none.
  [[nodiscard]] std::string address() const { return server_ ? server_->address() : ""; }
  [[nodiscard]] std::string redirect_address() const { return redirect_server_ ? redirect_server_->address() : ""; }

 private:
  const config::Config& config_;
  const Clock& clock_;
  metrics::Registry& registry_;
  tls::ServerContexts contexts_;
  http::Router redirect_routes_;
  std::optional<http::Server> server_, redirect_server_;
  std::optional<tls::CertificateFiles> files_;
  std::stop_source store_stop_;
  std::optional<tls::Acme> acme_;
};

}  // namespace pico::app
