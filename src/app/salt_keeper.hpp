#pragma once

#include "pico/enrich/salts.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"

namespace pico::app {

/// Keeps the salts in RAM and in the shared table right (docs/security.md): those of every date that is today somewhere among the time
/// zones of sites and those that new ones get, or will be within hours, are there; those whose date is over everywhere are destroyed.
/// Only the database's clock decides. Called by the housekeeper's thread.
class SaltKeeper {
 public:
  SaltKeeper(enrich::Salts& salts, const enrich::Sites& sites, metrics::Registry& registry);

  /// Throws storage::DatabaseError. A table that is held by others makes it wait a second, no more; what is over is destroyed there by a later call.
  void keep(storage::Connection& connection);

 private:
  [[nodiscard]] std::pair<Day, Day> dates_in_use(storage::Connection& connection) const;
  void destroy_stored(storage::Connection& connection, Day first);

  enrich::Salts& salts_;
  const enrich::Sites& sites_;
  metrics::Counter& destroyed_;
  metrics::Gauge& held_;
  bool held_up_ = false;  // that was logged
};

}  // namespace pico::app
