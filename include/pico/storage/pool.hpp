#pragma once
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "pico/storage/connection.hpp"
#include "pico/storage/metrics.hpp"

namespace pico::storage {

struct PoolOptions {
  ConnectOptions connect;  ///< with the statement_timeout for reads
  int threads = 4;
  std::size_t max_waiting = 256;                  ///< queries that may wait for a thread
  std::chrono::milliseconds ping_interval{5000};  ///< how often an idle thread looks whether Postgres is there
};

/// The threads that read from Postgres (`query-N`), each with a session of its own.
///
/// Threads: run(), healthy() and stop() from any. Owns its sessions and opens lost ones anew with back-off; while none can be
/// had, queries fail at once instead of piling up.
class Pool {
 public:
  using Work = std::function<void(Connection&)>;
  /// Gets nullptr, or what stopped the work: what it threw, or a DatabaseError with connection_lost() when there was no session
  /// or the pool stopped. Must not throw.
  using Done = std::function<void(std::exception_ptr)>;

  Pool(PoolOptions options, Metrics& metrics);
  /// stop()
  ~Pool();

  /// Takes a query: `work` runs on a query thread, then `done` on the same thread, exactly once. Work that loses its session runs
  /// a second time on a new one, so it must come to the same twice: a read, or a deletion. False: too many are waiting, or the pool
  /// stops; then neither is called.
  [[nodiscard]] bool run(Work work, Done done);

  /// Whether Postgres answered the last time somebody asked it.
  [[nodiscard]] bool healthy() const { return healthy_; }

  /// Refuses new queries, cuts the running ones off, fails the waiting ones and joins the threads.
  void stop();

 private:
  struct Query {
    Work work;
    Done done;
  };
  class Worker;

  /// The next query; empty work when there is none within the ping interval; nullopt when the pool stops.
  std::optional<Query> next();

  const PoolOptions options_;
  Metrics& metrics_;
  std::atomic<bool> healthy_ = false;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Query> waiting_;  // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_

  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace pico::storage
