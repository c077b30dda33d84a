#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "calendar.hpp"
#include "figures.hpp"
#include "pico/core/time.hpp"
#include "pico/stats/dimension.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::stats {

/// The figures of one site-day by every dimension that is rolled up: the one implementation of rollups. Holds the day's facts in
/// a compact form by visitor, so that a visitor whose facts changed can be subtracted and added anew. Bots, and visits of pings
/// alone, are left out. Not thread-safe.
class DayCube {
 public:
  /// Reads the day as the connection's transaction (REPEATABLE READ) sees it. Throws storage::DatabaseError.
  DayCube(storage::Connection& connection, storage::SiteId site, Day day, const Calendar& calendar);
  ~DayCube();

  /// Reads the facts of these visitors anew and brings all figures up to date. When it throws storage::DatabaseError, nothing has
  /// changed.
  void refresh(storage::Connection& connection, std::span<const std::int64_t> visitors);

  /// Whether under this calendar the day has the hours that the cube counted by. If not, it must be loaded anew.
  [[nodiscard]] bool fits(const Calendar& calendar) const;

  /// Calls `reader` for every value that has figures, in no particular order. Some have no visit and no event: a page where
  /// visits began with an event that is not counted (Figures::makes_row()).
  void each(Dimension dimension, const std::function<void(std::string_view value, const Figures& figures)>& reader) const;
  /// Adds the figures by that dimension to `table`.
  void add_to(Table& table, Dimension dimension) const;

  /// Distinct visitors of the day.
  [[nodiscard]] std::size_t visitors() const;

  /// An estimate of the memory that it takes.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::stats
