#pragma once
#include <cstddef>

#include "pico/core/time.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::stats {

/// Goes through all rollups for those that cannot be read, a few at each call, round and round. Not thread-safe.
class Scrub {
 public:
  explicit Scrub(metrics::Counter& damaged) : damaged_(damaged) {}

  /// The next rows. Makes damaged days due again, and removes damaged months. The connection is not in a transaction. Returns how
  /// many days and months that were. Throws storage::DatabaseError.
  std::size_t next(storage::Connection& connection);

 private:
  metrics::Counter& damaged_;
  // The last row that was looked at.
  storage::SiteId site_ = 0;
  int period_ = 0;
  Day start_;
  int dimension_ = -1;
};

}  // namespace pico::stats
