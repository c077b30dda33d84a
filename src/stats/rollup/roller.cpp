#include "pico/stats/roller.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "roller_round.hpp"

namespace pico::stats {
namespace {

using storage::Connection;
using storage::DatabaseError;

/// Any number will do as long as every version of the server uses the same one ("picoroll"). Held by the session.
constexpr std::int64_t lock_id = 0x7069636f726f6c6c;

/// The right to roll, as long as it lives.
class RollerLock {
 public:
  /// wait: until nobody else has it.
  RollerLock(Connection& connection, bool wait) : connection_(connection), held_(wait) {
    if (wait) connection_.execute("select pg_advisory_lock($1)", lock_id);
    else held_ = connection_.execute("select pg_try_advisory_lock($1)", lock_id).get<bool>(0, 0);
  }
  ~RollerLock() {
    if (!held_) return;
    try {
      connection_.execute("select pg_advisory_unlock($1)", lock_id);
    } catch (const DatabaseError&) {  // the session is gone, and the lock with it
    }
  }
  RollerLock(const RollerLock&) = delete;
  RollerLock& operator=(const RollerLock&) = delete;

  [[nodiscard]] bool held() const { return held_; }

 private:
  Connection& connection_;
  bool held_;
};

}  // namespace

struct Roller::Impl {
  Impl(RollerOptions wanted, metrics::Registry& registry, const Clock& used_clock)
      : options(std::move(wanted)), clock(used_clock), metrics(registry), rounds(options.interval, options.close_after, metrics, clock) {}

  void loop(const std::stop_token& stop);
  void round(const std::stop_token& stop);
  void tell(const std::string& problem);

  const RollerOptions options;
  const Clock& clock;
  RollerMetrics metrics;
  // Of the thread.
  RollerRound rounds;
  std::optional<Connection> connection;
  std::string told;  // the problem that was logged

  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread thread;
};

void Roller::Impl::loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      round(stop);
      tell(rounds.problem());
    } catch (const std::exception& error) {  // also a row that cannot be read, or more memory than there is: neither may end the server
      if (!stop.stop_requested()) tell(error.what());
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, options.interval, [] { return false; });
  }
  connection.reset();
}

void Roller::Impl::round(const std::stop_token& stop) {
  if (!connection || connection->lost()) {
    connection.reset();
    auto opened = Connection::open(options.database, stop);
    if (!opened) throw DatabaseError("", true, opened.error().message);
    connection.emplace(std::move(*opened));
  }
  const RollerLock lock(*connection, false);
  if (lock.held()) rounds.run(*connection, [&] { return stop.stop_requested(); });
}

/// Logs when something goes wrong, and when it no longer does.
void Roller::Impl::tell(const std::string& problem) {
  if (told.empty() && !problem.empty()) spdlog::warn("rollups are held up and will be tried again: {}", problem);
  if (!told.empty() && problem.empty()) spdlog::info("rollups are made again");
  told = problem;
}

Roller::Roller(RollerOptions options, metrics::Registry& registry, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), registry, clock)) {}

Roller::~Roller() { stop(); }

void Roller::start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->loop(stop); });
  pthread_setname_np(impl_->thread.native_handle(), "roller");
}

void Roller::stop() {
  impl_->thread.request_stop();  // cuts the session off: each step is a transaction
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::size_t Roller::run_once(storage::Connection& connection) {
  const RollerLock lock(connection, true);
  RollerRound rounds(impl_->options.interval, impl_->options.close_after, impl_->metrics, impl_->clock);
  return rounds.run_all(connection);
}

}  // namespace pico::stats
