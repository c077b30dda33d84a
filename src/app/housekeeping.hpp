#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "pico/config/config.hpp"
#include "pico/enrich/salts.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"
#include "salt_keeper.hpp"

namespace pico::app {

/// What has to be done now and then, on a thread and a connection of its own: salts, the list of sites, partitions ahead, retention,
/// a look at the database's clock. A failure is logged once and tried again; ingestion does not depend on it from one minute to the next.
class Housekeeping {
 public:
  Housekeeping(const config::Config& config, storage::ConnectOptions database, enrich::Salts& salts, enrich::Sites& sites,
               metrics::Registry& registry);
  ~Housekeeping();

  /// Everything once, on the caller's thread: after it, events can be taken. Throws storage::DatabaseError.
  void first_round(storage::Connection& connection);
  void start();
  void stop();
  /// For /ready: empty, or what is wrong.
  [[nodiscard]] std::string problem() const;

 private:
  void run(const std::stop_token& stop);
  void round(storage::Connection& connection);
  void refresh_sites(storage::Connection& connection);
  void check_clock(storage::Connection& connection);
  void prune(storage::Connection& connection);

  const config::Config& config_;
  const storage::ConnectOptions database_;
  enrich::Sites& sites_;
  SaltKeeper salt_keeper_;
  const enrich::Salts& salts_;
  metrics::Gauge& known_sites_;
  metrics::Gauge& clock_skew_;
  std::chrono::steady_clock::time_point next_partitions_{}, next_prune_{};  // of the housekeeper's thread
  bool warned_of_clock_ = false;

  std::mutex mutex_;  // of wake_; there is nothing else to guard
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace pico::app
