#pragma once
#include <optional>
#include <stop_token>
#include <string>

#include "pico/storage/connection.hpp"
#include "pico/tls/acme.hpp"

namespace pico::app {

/// What ACME keeps in Postgres, over a session of its own, which also holds the right to order. A stop cuts the session off.
class CertificateStore final : public tls::AcmeStore {
 public:
  CertificateStore(storage::ConnectOptions database, std::string directory, std::string host, std::stop_token stop);

  Result<tls::AcmeState> load() override;
  Result<bool> try_lock() override;
  void unlock() noexcept override;
  Result<void> still_locked() override;
  Result<std::string> account_key(const std::string& offered) override;
  Result<void> save(const tls::Identity& identity) override;
  Result<void> save_failures(const tls::AcmeFailures& failures) override;
  Result<void> publish(const std::string& token, const std::string& answer) override;
  void withdraw(const std::string& token) noexcept override;

 private:
  /// Runs `work` on the session, opened if need be, but not while this one has the right to order: a new session would be without it. What
  /// Postgres refuses is Errc::unavailable.
  template <class Work>
  auto ask(Work work) -> Result<decltype(work(std::declval<storage::Connection&>()))>;

  const storage::ConnectOptions database_;
  const std::string directory_, host_;
  const std::stop_token stop_;
  std::optional<storage::Connection> connection_;
  bool locked_ = false;  // by that connection_
};

}  // namespace pico::app
