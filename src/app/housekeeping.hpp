#pragma once
#include <chrono>
#include <string>

#include "pico/config/config.hpp"
#include "pico/enrich/salts.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"
#include "rounds.hpp"
#include "salt_keeper.hpp"

namespace pico::app {

/// What has to be done now and then. One thread keeps what ingestion needs: salts, the list of sites, a look at the database's clock. The
/// other makes partitions ahead, removes and prunes, which can take hours: a salt's end cannot wait for that.
/// A failure is logged once and tried again; ingestion does not depend on it from one minute to the next.
class Housekeeping {
 public:
  Housekeeping(const config::Config& config, storage::ConnectOptions database, enrich::Salts& salts, enrich::Sites& sites,
               metrics::Registry& registry);
  ~Housekeeping();

  /// Sites and salts once, on the caller's thread: after it, events can be taken. Throws storage::DatabaseError.
  void first_round(storage::Connection& connection);
  void start();
  void stop();
  /// For /ready: empty, or what is wrong.
  [[nodiscard]] std::string problem() const;

 private:
  void keep(storage::Connection& connection);
  void clear(storage::Connection& connection);
  void refresh_sites(storage::Connection& connection);
  void check_clock(storage::Connection& connection);
  void prune(storage::Connection& connection);

  const config::Config& config_;
  enrich::Sites& sites_;
  SaltKeeper salt_keeper_;
  const enrich::Salts& salts_;
  metrics::Gauge& known_sites_;
  metrics::Gauge& clock_skew_;
  bool warned_of_clock_ = false;                                            // of the thread that keeps
  std::chrono::steady_clock::time_point next_partitions_{}, next_prune_{};  // of the one that clears
  Rounds keeping_, clearing_;
};

}  // namespace pico::app
