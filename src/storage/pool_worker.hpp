#pragma once
#include <mutex>
#include <optional>
#include <thread>

#include "pico/storage/pool.hpp"

namespace pico::storage {

/// One thread of the pool and its session.
class Pool::Worker {
 public:
  Worker(Pool& pool, int number);
  /// The pool has been told to stop: cancels the running query and joins.
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
  void finish();
  [[nodiscard]] bool lost() const { return connection_ && connection_->lost(); }

  Pool& pool_;

  // Used by the own thread only.
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point next_try_{};

  // Only the own thread changes the session, and with the mutex; the destructor cancels through it, with the mutex.
  std::mutex mutex_;
  std::optional<Connection> connection_;
  bool stopping_ = false;  // guarded by mutex_
  bool ended_ = false;     // guarded by mutex_
  std::condition_variable end_;

  std::thread thread_;
};

}  // namespace pico::storage
