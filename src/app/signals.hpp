#pragma once
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace pico::app {

/// Takes SIGTERM and SIGINT (stop) and SIGHUP (read files again) on a thread of its own, from construction on: a stop that comes while
/// the server still starts is heard too. Construct it before any other thread, so that every thread inherits the blocked signals.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }
  /// Blocks until a stop was asked for.
  void wait_for_stop();
  /// Runs on the signal thread at each SIGHUP. An empty function: nothing.
  void on_hangup(std::function<void()> action);

 private:
  void run();

  std::stop_source stop_;
  std::mutex mutex_;
  std::function<void()> hangup_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace pico::app
