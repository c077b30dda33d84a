#include "pico/stats/roller.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "pico/storage/session_lock.hpp"
#include "roller_round.hpp"

namespace pico::stats {
namespace {

using storage::Connection;
using storage::DatabaseError;

/// The right to roll.
constexpr std::int64_t lock_id = 0x7069636f726f6c6c;  // "picoroll"

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
  const storage::SessionLock lock(*connection, lock_id);
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
  storage::SessionLock lock(connection, lock_id);
  lock.wait();
  RollerRound rounds(impl_->options.interval, impl_->options.close_after, impl_->metrics, impl_->clock);
  return rounds.run_all(connection);
}

}  // namespace pico::stats
