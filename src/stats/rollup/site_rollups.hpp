#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "figures.hpp"
#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::stats {

/// What is rolled up of a site, as of one version of its rollups.
struct SiteRollups {
  std::int64_t version = 0;
  std::vector<Day> days;  ///< rolled up, whether marked or not; rising
  /// By the first of the month: the days whose figures it holds, rising, each with its totals.
  std::map<Day, std::vector<std::pair<Day, Figures>>> months;

  [[nodiscard]] std::size_t bytes() const;
};

/// What one look at the database tells.
struct SeenRollups {
  std::int64_t version = 0;
  std::vector<Day> unrolled, marked;         ///< of the range, in any order
  std::shared_ptr<const SiteRollups> rolled;  ///< nullptr: those of the known version
};

/// One round trip, in the caller's transaction. known_version: the caller has the SiteRollups of it; -1: of none. Months that cannot be
/// read are left out. Throws storage::DatabaseError.
SeenRollups fetch_rollups(storage::Connection& connection, storage::SiteId site, Day first, Day last, std::int64_t known_version);

}  // namespace pico::stats
