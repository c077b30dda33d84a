#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "figures.hpp"
#include "pico/core/time.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/stats/dimension.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::stats {

/// Which days of a range have facts, and whether their rollups can be used, as the transaction sees it.
struct Coverage {
  storage::SiteId site = 0;
  Day first, last;             ///< the range asked about
  std::int64_t version = 0;    ///< of the site's rollups: it rises with every change to any of them
  std::vector<Day> closed;     ///< rolled up and not marked, rising
  std::vector<Day> open;       ///< with facts, but not rolled up or marked, rising
};

/// Reads rollups, and keeps what it folded. Thread-safe.
class RollupStore {
 public:
  RollupStore(std::size_t max_bytes, metrics::Registry& registry);
  ~RollupStore();

  /// In the caller's transaction (REPEATABLE READ). Throws storage::DatabaseError, as all below.
  Coverage coverage(storage::Connection& connection, storage::SiteId site, Day first, Day last);

  /// The sum over the closed days of the coverage that lie within first … last, by months where it can.
  std::shared_ptr<const Table> fold(storage::Connection& connection, const Coverage& coverage, Dimension dimension, Day first,
                                    Day last);
  /// The same, day by day; days without facts are left out.
  std::vector<std::pair<Day, std::shared_ptr<const Table>>> by_day(storage::Connection& connection, const Coverage& coverage,
                                                                   Dimension dimension, Day first, Day last);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::stats
