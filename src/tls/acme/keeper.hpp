#pragma once
#include <atomic>
#include <memory>
#include <mutex>

#include "client.hpp"
#include "pico/tls/acme.hpp"

namespace pico::tls::acme {

/// What the thread of Acme does, round by round. round() is for that thread, problem() for any.
class Keeper {
 public:
  /// Makes the way to the authority, which a stop cuts off.
  using Connect = std::function<std::unique_ptr<Http>(std::stop_token)>;

  Keeper(AcmeOptions options, std::unique_ptr<AcmeStore> store, ServerContexts& contexts, const Clock& clock, metrics::Registry& registry,
         Connect connect);

  /// Looks what there is, and orders when it is time. `hurry`: also before the pause after a failure is over. Returns when to look again.
  /// Throws nothing: whatever goes wrong, the server goes on.
  std::chrono::milliseconds round(const std::stop_token& stop, const Wait& wait, bool hurry);
  [[nodiscard]] std::string problem() const;

 private:
  /// What the store knows, or could not be told.
  Result<AcmeState> load();
  std::chrono::milliseconds look(const std::stop_token& stop, const Wait& wait, bool hurry);
  void take(const AcmeState& state);
  [[nodiscard]] bool due(const AcmeState& state, bool hurry) const;
  [[nodiscard]] std::chrono::milliseconds next_look(const AcmeState& state) const;
  std::chrono::milliseconds order(AcmeState state, const std::stop_token& stop, const Wait& wait);
  Outcome<Identity> attempt(const std::stop_token& stop, const Wait& wait);
  Outcome<Identity> obtain(const std::stop_token& stop, const Wait& wait);
  void use(const Identity& identity);
  void keep(const Identity& identity);
  std::chrono::milliseconds give_up(const Failure& failure, AcmeState state);
  std::chrono::milliseconds held_up(const Error& error);

  /// A failure of this instance that the store could not take. Its pause holds here all the same.
  struct Untold {
    AcmeState state;
    Instant until;  // the end of the pause
  };

  const AcmeOptions options_;
  const std::unique_ptr<AcmeStore> store_;
  ServerContexts& contexts_;
  const Clock& clock_;
  const Connect connect_;
  metrics::Counter& issued_;
  metrics::Counter& failed_;
  metrics::Gauge& failures_;
  std::optional<Identity> taken_;   // what the store had when it was looked at last
  std::optional<Identity> unkept_;  // got, but the store was away when it was to be kept
  std::optional<Untold> untold_;
  unsigned failed_here_ = 0;        // the number of the latest failure, if it was ours: failure_ then says more than the store
  bool was_held_up_ = false;
  std::chrono::steady_clock::time_point ticket_keys_since_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::string failure_;  // guarded by mutex_: why there is no newer certificate; empty: none is needed
};

}  // namespace pico::tls::acme
