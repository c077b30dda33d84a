#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "pico/core/time.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"

namespace pico::stats {

struct RollerOptions {
  storage::ConnectOptions database;            ///< without statement_timeout
  std::chrono::seconds interval{10};           ///< between rounds
  std::chrono::minutes close_after{60};        ///< how long after its midnight a day is closed
};

/// Closes the days that are over (computes and stores their rollups), repairs those that late events or deletions have marked, makes
/// monthly rollups of closed months, and keeps the feed short. Of several instances one works at a time (an advisory lock).
///
/// A thread and a connection of its own (`roller`). Failures are logged once and tried again: answers are exact without it, only
/// slower.
class Roller {
 public:
  Roller(RollerOptions options, metrics::Registry& registry, const Clock& clock);
  /// stop()
  ~Roller();
  Roller(const Roller&) = delete;
  Roller& operator=(const Roller&) = delete;

  void start();
  void stop();

  /// Everything that is due, on the caller's thread and connection (not in a transaction): for tests, benchmarks and tools. Returns
  /// how many days and months were written. Waits for another instance's round to end. Throws storage::DatabaseError.
  std::size_t run_once(storage::Connection& connection);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::stats
