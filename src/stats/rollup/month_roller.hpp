#pragma once
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"
#include "rollup_table.hpp"

namespace pico::stats {

struct SiteMonth {
  storage::SiteId site = 0;
  Day month;  ///< its first day
};

inline constexpr std::size_t most_months_at_once = 1000;

/// The months from `from` on (a first of a month) to before `to` that have facts on rolled up, unmarked days only, and no rollup; the
/// newest first, not more than most_months_at_once. Throws storage::DatabaseError.
std::vector<SiteMonth> months_without_rollup(storage::Connection& connection, Day from, Day to);

/// Sums up the rollups of the month's days, in one transaction, one dimension at a time: those that get larger than max_rows are left to
/// the days. False: something has changed meanwhile, or a day's rollup could not be read;
/// that day is then due again. Throws storage::DatabaseError; conflicts are tried again a few times first.
bool roll_month(storage::Connection& connection, const SiteMonth& month, std::size_t max_rows = max_month_rows);

}  // namespace pico::stats
