#pragma once
#include <memory>
#include <mutex>
#include <optional>

#include "pico/core/result.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/tls/connection.hpp"
#include "pico/tls/identity.hpp"

struct ssl_ctx_st;

namespace pico::tls {

/// What new connections are made with: TLS 1.2 or 1.3, ciphers with forward secrecy only, HTTP/1.1 by ALPN, sessions resumed by tickets. The
/// certificate can be exchanged at any time; connections that are open keep theirs. Thread-safe.
class ServerContexts {
 public:
  /// The gauge of the certificate's end is 0 until there is one.
  explicit ServerContexts(metrics::Registry& registry);
  ~ServerContexts();
  ServerContexts(const ServerContexts&) = delete;
  ServerContexts& operator=(const ServerContexts&) = delete;

  /// From here on new connections get this certificate. Errc::invalid, and the earlier one stays, when it cannot be used.
  Result<void> use(Identity identity);
  /// The same certificate with new keys for session tickets: whoever gets hold of the old ones later can read what was resumed by TLS 1.2
  /// tickets. To be called about daily.
  void renew_ticket_keys();

  /// TLS over that non-blocking socket; null while there is no certificate.
  [[nodiscard]] std::unique_ptr<Connection> open(int socket) const;
  [[nodiscard]] std::optional<Validity> validity() const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  static Result<Context> make(const Identity& identity);

  metrics::Gauge& expires_;
  mutable std::mutex mutex_;
  Identity identity_;                 // guarded by mutex_
  Context context_;                   // guarded by mutex_
  std::optional<Validity> validity_;  // guarded by mutex_
};

}  // namespace pico::tls
