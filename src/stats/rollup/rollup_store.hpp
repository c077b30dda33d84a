#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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
  /// max_rows: the largest table that it makes.
  RollupStore(std::size_t max_bytes, metrics::Registry& registry, std::size_t max_rows = 1'000'000);
  ~RollupStore();

  /// In the caller's transaction (REPEATABLE READ). Throws storage::DatabaseError, as all below.
  Coverage coverage(storage::Connection& connection, storage::SiteId site, Day first, Day last);

  /// The sum over the closed days of the coverage that lie within first … last, by months where it can. Throws TooManyGroups, too.
  std::shared_ptr<const Table> fold(storage::Connection& connection, const Coverage& coverage, Dimension dimension, Day first,
                                    Day last);
  /// The same, day by day, in any order: what `each` is given lives as long as the call, so that a year of large days fits in memory.
  /// Days without figures are left out.
  void each_day(storage::Connection& connection, const Coverage& coverage, Dimension dimension, Day first, Day last,
                const std::function<void(Day, const Table&)>& each);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::stats
