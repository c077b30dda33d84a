#include "pico/core/zone_history.hpp"

#include <algorithm>
#include <cassert>

namespace pico {

ZoneHistory::ZoneHistory(std::vector<Change> changes) : changes_(std::move(changes)) {
  assert(!changes_.empty());
  assert(std::ranges::is_sorted(changes_, {}, &Change::from));
}

std::pair<Day, Day> ZoneHistory::dates(Instant from, Instant to) const {
  std::pair<Day, Day> dates = std::minmax(day_of(from), day_of(to));
  for (const auto& change : changes_) {
    if (change.from <= from || change.from > to) continue;
    for (const auto at : {change.from - std::chrono::milliseconds(1), change.from}) {
      dates.first = std::min(dates.first, day_of(at));
      dates.second = std::max(dates.second, day_of(at));
    }
  }
  return dates;
}

}  // namespace pico
