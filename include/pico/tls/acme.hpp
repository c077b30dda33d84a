#pragma once
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/tls/server_contexts.hpp"

namespace pico::tls {

inline constexpr const char* lets_encrypt = "https://acme-v02.api.letsencrypt.org/directory";
inline constexpr const char* lets_encrypt_staging = "https://acme-staging-v02.api.letsencrypt.org/directory";

struct AcmeOptions {
  std::string directory;                 ///< of the authority: an https URL
  std::string host;                      ///< the certificate's name
  std::filesystem::path authority_file;  ///< PEM certificates that the directory's own is checked against; empty: the system's
  std::string user_agent = "Picolytics";
};

/// Attempts at a certificate that failed, since the last one that did not.
struct AcmeFailures {
  unsigned all = 0;
  unsigned refused = 0;           ///< of these, by the authority
  std::chrono::seconds pause{0};  ///< no attempt for so long, by the store's clock, which all instances share
  std::string latest = {};        ///< a sentence without addresses; empty: none
};

/// What all instances of an installation know of one host's certificate.
struct AcmeState {
  std::optional<Identity> identity = {};
  AcmeFailures failures = {};
};

/// Where that is kept. Blocks; every function is called on the thread of Acme only. Errors are Errc::unavailable: try again later.
class AcmeStore {
 public:
  virtual ~AcmeStore() = default;

  virtual Result<AcmeState> load() = 0;
  /// Takes the right to order, which one instance at a time has, until unlock() or the end of this process. False: another has it.
  virtual Result<bool> try_lock() = 0;
  virtual void unlock() noexcept = 0;
  /// An error when the right has been lost since try_lock(): another instance may have it, and this one must not go on.
  virtual Result<void> still_locked() = 0;
  /// The account's key (PEM): the first that was ever given.
  virtual Result<std::string> account_key(const std::string& offered) = 0;
  /// Keeps a new certificate and forgets the failures before it.
  virtual Result<void> save(const Identity& identity) = 0;
  virtual Result<void> save_failures(const AcmeFailures& failures) = 0;
  /// From here on every instance answers `/.well-known/acme-challenge/TOKEN` so. Old answers go by themselves.
  virtual Result<void> publish(const std::string& token, const std::string& answer) = 0;
  virtual void withdraw(const std::string& token) noexcept = 0;
};

namespace acme {
class Keeper;
}

/// Keeps a certificate by ACME (RFC 8555) with http-01 challenges, on a thread of its own (`acme`): takes over what the store has, orders
/// when there is none or a third of its life is left, and after a failure tries again with growing pauses. Failures reach the log, a
/// metric and problem(), and nothing else. Owns its thread and its connections to the authority. All functions are for any thread.
class Acme {
 public:
  Acme(AcmeOptions options, std::unique_ptr<AcmeStore> store, ServerContexts& contexts, const Clock& clock, metrics::Registry& registry);
  ~Acme();

  void start();
  /// Looks into the store at once, and does not wait out the pause after a failure.
  void hurry();
  /// Without waiting; stop() waits. A look-up of the authority's name cannot be cut short and takes as long as the system's resolver does.
  void request_stop();
  void stop();
  /// Empty, or a sentence for people: there is no certificate, it has run out, or its renewal fails.
  [[nodiscard]] std::string problem() const;

 private:
  void run(const std::stop_token& stop);

  std::unique_ptr<acme::Keeper> keeper_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool hurry_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace pico::tls
