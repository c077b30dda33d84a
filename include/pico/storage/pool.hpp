#pragma once
#include <functional>
#include <memory>

#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

struct PoolOptions {
  ConnectOptions connect;
  unsigned threads = 2;
  std::size_t max_waiting = 1024;  ///< jobs; a job that does not fit fails at once
  std::chrono::milliseconds statement_timeout{10'000};
};

/// Threads for reading, each with a connection of its own that it opens anew when it is lost. An idle thread asks Postgres for a sign of
/// life now and then, which healthy() tells. Thread-safe.
class Pool {
 public:
  Pool(PoolOptions options, metrics::Registry& registry);
  /// stop()
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  using Job = std::function<void(Connection&)>;
  using Failed = std::function<void()>;
  /// Runs the job on one of the threads. When it throws, or cannot be run (Postgres is away, too many wait, the pool stops), `failed` is
  /// called instead, on that thread or at once on the caller's. A job must not throw after it has passed its result on.
  void run(Job job, Failed failed);

  /// Whether Postgres answered when it was asked last.
  [[nodiscard]] bool healthy() const;
  /// Fails what waits, lets what runs end, ends the threads.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::storage
