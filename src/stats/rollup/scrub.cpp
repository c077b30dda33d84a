#include "scrub.hpp"

#include <spdlog/spdlog.h>

#include <set>
#include <tuple>
#include <vector>

#include "codec.hpp"
#include "conflicts.hpp"
#include "day_roller.hpp"
#include "rollup_table.hpp"
#include "sql.hpp"

namespace pico::stats {
namespace {

constexpr int rows_at_a_time = 54;  // two days' worth

void delete_month(storage::Connection& connection, storage::SiteId site, Day month) {
  with_conflicts_retried([&] {
    storage::Transaction transaction(connection);
    delete_rollups(connection, site, RollupPeriod::month, month);
    raise_version(connection, site);
    transaction.commit();
  });
}

}  // namespace

std::size_t Scrub::next(storage::Connection& connection) {
  std::set<std::tuple<storage::SiteId, int, Day>> damaged;
  const auto rows = connection.execute(sql("scrub.next"), site_, period_, start_, dimension_, rows_at_a_time);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    site_ = rows.get<int>(i, 0), period_ = rows.get<int>(i, 1), start_ = rows.get<Day>(i, 2), dimension_ = rows.get<int>(i, 3);
    const auto payload = rows.get<std::vector<std::uint8_t>>(i, 4);
    const bool too_large = payload.empty() && period_ == static_cast<int>(RollupPeriod::month);
    if (!too_large && !DecodedTable::of(payload)) damaged.emplace(site_, period_, start_);
  }
  if (rows.size() < rows_at_a_time) site_ = 0, period_ = 0, start_ = {}, dimension_ = -1;
  for (const auto& [site, period, start] : damaged) {
    damaged_.Increment();
    spdlog::warn("the rollup of the {} {} of site {} cannot be read and is made anew", period == 0 ? "day" : "month", to_string(start), site);
    if (period == static_cast<int>(RollupPeriod::day)) unroll_day(connection, site, start);
    else delete_month(connection, site, start);
  }
  return damaged.size();
}

}  // namespace pico::stats
