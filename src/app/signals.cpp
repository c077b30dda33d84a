#include "signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <condition_variable>

namespace pico::app {
namespace {

constexpr int end_thread = SIGUSR2;  ///< sent by the destructor

sigset_t handled() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, end_thread}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Signals::Signals() {
  const auto signals = handled();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "signals");
}

Signals::~Signals() {
  pthread_kill(thread_.native_handle(), end_thread);
  thread_.join();
}

void Signals::run() {
  const auto signals = handled();
  for (int signal = 0; sigwait(&signals, &signal) == 0 && signal != end_thread;) {
    if (signal != SIGHUP) {
      spdlog::info("stopping: got signal {}", signal);
      stop_.request_stop();
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (hangup_) hangup_();
  }
}

void Signals::wait_for_stop() {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop_.get_token(), [] { return false; });
}

void Signals::on_hangup(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  hangup_ = std::move(action);
}

}  // namespace pico::app
