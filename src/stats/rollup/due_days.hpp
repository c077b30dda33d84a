#pragma once
#include <chrono>
#include <map>
#include <vector>

#include "calendar.hpp"
#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::stats {

struct DueDay {
  storage::SiteId site = 0;
  Day day;
  bool closing = false;  ///< noted already
  bool rolled = false;   ///< but marked
};

/// When the days of which site are over. Looks zones up and keeps them for some minutes: a day that is closed too early for that
/// is exact all the same. Not thread-safe.
class DayEnds {
 public:
  explicit DayEnds(std::chrono::minutes close_after) : close_after_(close_after) {}

  /// Whether the day ended long enough ago. Throws storage::DatabaseError.
  bool may_close(storage::Connection& connection, storage::SiteId site, Day day, Instant now);

 private:
  const std::chrono::minutes close_after_;
  std::map<storage::SiteId, Calendar> calendars_;
  Instant forget_at_{};
};

/// Where a walk over days stands: days come newest first, those of a date by falling site.
struct DueCursor {
  Day day;
  storage::SiteId site = 0;
  bool at_end = false;
};
/// Before all days up to that one.
DueCursor newest_first(Day last);

/// The next days without a rollup, over or not; empty with cursor.at_end. Throws storage::DatabaseError, as the next.
std::vector<DueDay> next_unrolled(storage::Connection& connection, DueCursor& cursor);
/// The next days that are marked.
std::vector<DueDay> next_marked(storage::Connection& connection, DueCursor& cursor);

}  // namespace pico::stats
