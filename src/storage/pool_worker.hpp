#pragma once
#include <optional>
#include <stop_token>
#include <thread>

#include "pico/storage/pool.hpp"

namespace pico::storage {

/// One thread of the pool and its session.
class Pool::Worker {
 public:
  Worker(Pool& pool, int number);
  /// The pool has been told to stop: cuts the running query off and joins.
  ~Worker();

 private:
  void loop();
  /// What became of the work; runs it again, once, when the session was lost.
  std::exception_ptr perform(const Work& work);
  std::exception_ptr attempt(const Work& work);
  void ping();
  /// Opens a session unless there is one, or the last failure is too recent.
  bool connect();
  void replace(std::optional<Connection> connection);
  [[nodiscard]] bool lost() const { return connection_ && connection_->lost(); }

  Pool& pool_;

  // Used by the own thread only.
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point next_try_{};

  std::optional<Connection> connection_;

  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace pico::storage
