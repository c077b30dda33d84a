#include "certificate_store.hpp"

#include "pico/storage/certificates.hpp"

namespace pico::app {

using storage::Connection;

CertificateStore::CertificateStore(storage::ConnectOptions database, std::string directory, std::string host, std::stop_token stop)
    : database_(std::move(database)), directory_(std::move(directory)), host_(std::move(host)), stop_(std::move(stop)) {}

template <class Work>
auto CertificateStore::ask(Work work) -> Result<decltype(work(std::declval<Connection&>()))> {
  try {
    if (!connection_ || connection_->lost()) {
      if (locked_) return Error{Errc::unavailable, "the session with Postgres that had the right to order is lost"};
      connection_.reset();
      auto opened = Connection::open(database_, stop_);
      if (!opened) return opened.error();
      connection_.emplace(std::move(*opened));
    }
    if constexpr (std::is_void_v<decltype(work(*connection_))>) {
      work(*connection_);
      return {};
    } else {
      return work(*connection_);
    }
  } catch (const std::exception& error) {  // of Postgres, or of a row that is not what it should be
    return Error{Errc::unavailable, error.what()};
  }
}

Result<tls::AcmeState> CertificateStore::load() {
  return ask([this](Connection& connection) {
    auto stored = storage::load_certificate(connection, directory_, host_);
    tls::AcmeState state;
    if (stored.chain && stored.private_key) state.identity = tls::Identity{std::move(*stored.chain), std::move(*stored.private_key)};
    auto& failures = stored.failures;
    state.failures = {static_cast<unsigned>(failures.all), static_cast<unsigned>(failures.refused), failures.pause, std::move(failures.latest)};
    return state;
  });
}

Result<bool> CertificateStore::try_lock() {
  auto locked = ask([this](Connection& connection) { return storage::try_lock_certificate(connection, host_); });
  locked_ = locked && *locked;
  return locked;
}

void CertificateStore::unlock() noexcept {
  locked_ = false;
  if (!connection_ || connection_->lost()) return;  // with the session the lock has gone
  if (!ask([this](Connection& connection) { storage::unlock_certificate(connection, host_); })) connection_.reset();
}

Result<void> CertificateStore::still_locked() {
  const auto holds = ask([this](Connection& connection) { return storage::holds_certificate(connection, host_); });
  if (!holds) return holds.error();
  return *holds ? Result<void>() : Error{Errc::unavailable, "the session with Postgres has lost the right to order"};
}

Result<std::string> CertificateStore::account_key(const std::string& offered) {
  return ask([&](Connection& connection) { return storage::acme_account_key(connection, directory_, offered); });
}

Result<void> CertificateStore::save(const tls::Identity& identity) {
  return ask([&](Connection& connection) { storage::save_certificate(connection, directory_, host_, identity.chain, identity.key); });
}

Result<void> CertificateStore::save_failures(const tls::AcmeFailures& failures) {
  const auto number = [](unsigned count) { return static_cast<int>(std::min(count, 1'000'000u)); };
  const storage::CertificateFailures stored{number(failures.all), number(failures.refused), failures.pause, failures.latest};
  return ask([&](Connection& connection) { storage::save_certificate_failures(connection, directory_, host_, stored); });
}

Result<void> CertificateStore::publish(const std::string& token, const std::string& answer) {
  return ask([&](Connection& connection) { storage::publish_challenge(connection, token, answer); });
}

void CertificateStore::withdraw(const std::string& token) noexcept {
  // What stays behind goes with the next one that is published.
  static_cast<void>(ask([&](Connection& connection) { storage::withdraw_challenge(connection, token); }));
}

}  // namespace pico::app
