#include "rollup_table.hpp"

#include <algorithm>
#include <limits>

#include "codec.hpp"
#include "sql.hpp"

namespace pico::stats {
namespace {

/// Payloads held at once while reading; the largest are some hundred kilobytes.
constexpr std::size_t periods_at_a_time = 62;

void write_payload(storage::Connection& connection, storage::SiteId site, RollupPeriod period, Day start, Dimension dimension,
                   std::span<const std::uint8_t> payload) {
  connection.execute("insert into pico.rollups (site_id, period, start, dimension, payload) values ($1, $2, $3, $4, $5)", site,
                     static_cast<int>(period), start, static_cast<int>(dimension), payload);
}

}  // namespace

const std::vector<Dimension>& rolled_up_dimensions() {
  static const auto dimensions = [] {
    std::vector<Dimension> all;
    for (auto number = 0; number <= std::numeric_limits<std::uint8_t>::max(); ++number) {
      if (is_rolled_up(static_cast<Dimension>(number))) all.push_back(static_cast<Dimension>(number));
    }
    return all;
  }();
  return dimensions;
}

Day month_of(Day day) {
  const std::chrono::year_month_day date(day);
  return date.year() / date.month() / 1;
}

void read_rollups(storage::Connection& connection, storage::SiteId site, RollupPeriod period, Dimension dimension,
                  std::span<const Day> starts, const std::function<void(Day, const std::vector<std::uint8_t>&)>& each) {
  while (!starts.empty()) {
    const auto some = starts.first(std::min(starts.size(), periods_at_a_time));
    starts = starts.subspan(some.size());
    const auto rows =
        connection.execute(sql("rollup_table.read_rollups"), site, static_cast<int>(period), static_cast<int>(dimension), some);
    for (std::size_t i = 0; i < rows.size(); ++i) each(rows.get<Day>(i, 0), rows.get<std::vector<std::uint8_t>>(i, 1));
  }
}

void write_rollup(storage::Connection& connection, storage::SiteId site, RollupPeriod period, Day start, Dimension dimension,
                  const Table& table) {
  write_payload(connection, site, period, start, dimension, encode(table));
}

void write_too_large(storage::Connection& connection, storage::SiteId site, Day month, Dimension dimension) {
  write_payload(connection, site, RollupPeriod::month, month, dimension, {});
}

void delete_rollups(storage::Connection& connection, storage::SiteId site, RollupPeriod period, Day start) {
  connection.execute("delete from pico.rollups where site_id = $1 and period = $2 and start = $3", site, static_cast<int>(period),
                     start);
}

void raise_version(storage::Connection& connection, storage::SiteId site) {
  connection.execute(sql("rollup_table.raise_version"), site);
}

}  // namespace pico::stats
