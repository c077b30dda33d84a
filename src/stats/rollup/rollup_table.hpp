#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "figures.hpp"
#include "pico/core/time.hpp"
#include "pico/stats/dimension.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

/// The rows of pico.rollups. All functions run in the caller's transaction and throw storage::DatabaseError.
namespace pico::stats {

/// pico.rollups.period
enum class RollupPeriod : std::uint8_t { day = 0, month = 1 };

/// Every month's rollup has also the figures by day, zero for days without any: they say of which days it was made.
/// Values are dates, `2026-11-22`.
inline constexpr Dimension days_of_month = Dimension::day;

/// All that days are rolled up by.
const std::vector<Dimension>& rolled_up_dimensions();

/// The first day of the calendar month.
Day month_of(Day day);

/// Calls `each` for those of the periods (given by their first days) that have figures by that dimension, in any order. The payloads are
/// as stored: arbitrary bytes.
void read_rollups(storage::Connection& connection, storage::SiteId site, RollupPeriod period, Dimension dimension,
                  std::span<const Day> starts, const std::function<void(Day, const std::vector<std::uint8_t>&)>& each);

/// A table of more rows than max_month_rows is stored as no bytes: readers take the month's days.
inline constexpr std::size_t max_month_rows = 1'000'000;
void write_too_large(storage::Connection& connection, storage::SiteId site, Day month, Dimension dimension);

void write_rollup(storage::Connection& connection, storage::SiteId site, RollupPeriod period, Day start, Dimension dimension,
                  const Table& table);

/// All dimensions of the period.
void delete_rollups(storage::Connection& connection, storage::SiteId site, RollupPeriod period, Day start);

/// Every transaction that changes a site's rollups ends with this: of two that change them at once, the second waits here for the first
/// (and fails with a conflict in REPEATABLE READ), so a version that a snapshot sees stands for one content.
void raise_version(storage::Connection& connection, storage::SiteId site);

}  // namespace pico::stats
