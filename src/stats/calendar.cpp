#include "calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "pico/storage/site_zones.hpp"

namespace pico::stats {
namespace {

using namespace std::chrono_literals;

/// The label of the local clock hour at that moment.
std::string hour_label(const TimeZone& zone, Instant at) {
  const auto local = at + zone.utc_offset(at);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto hour = std::chrono::floor<std::chrono::hours>(local - day);
  return fmt::format("{} {:02}:00:00", to_string(Day(day)), hour.count());
}

/// The next moment after `at` at which the clocks of the zone show a full hour, if they are not changed before.
Instant next_full_hour(const TimeZone& zone, Instant at) {
  const auto local = at + zone.utc_offset(at);
  return at + (std::chrono::floor<std::chrono::hours>(local) + 1h - local);
}

/// The first moment in (from, to] of another offset than at `from`, or `to` when there is none.
Instant offset_change(const TimeZone& zone, Instant from, Instant to) {
  const auto offset = zone.utc_offset(from);
  if (zone.utc_offset(to) == offset) return to;
  while (to - from > 1ms) {
    const auto middle = from + (to - from) / 2;
    (zone.utc_offset(middle) == offset ? from : to) = middle;
  }
  return to;
}

}  // namespace

Calendar Calendar::of_site(storage::Connection& connection, int site_id) {
  return Calendar(storage::zones_of_site(connection, site_id));
}

Instant Calendar::day_start(Day day) const {
  // A zone comes into force at a midnight of the one before. The day begins under it at its own midnight, or, when that has passed by
  // then, with the change itself.
  const auto changes = zones_.changes();
  for (std::size_t i = changes.size(); i-- > 1;) {
    const auto& [change, zone] = changes[i];
    if (const auto midnight = zone.day_start(day); midnight > change) return midnight;
    if (zone.local_day(change) == day && changes[i - 1].zone.local_day(change - 1ms) < day) return change;
  }
  return changes.front().zone.day_start(day);
}

Hours::Hours(const Calendar& calendar, Day first, Day last) {
  const auto end = calendar.day_start(last + std::chrono::days(1));
  std::unordered_map<std::string, std::size_t> known;
  for (auto at = calendar.day_start(first); at < end;) {
    const auto& zone = calendar.zone_at(at);
    auto label = hour_label(zone, at);
    const auto [entry, is_new] = known.try_emplace(label, labels_.size());
    if (is_new) labels_.push_back(std::move(label));
    // Consecutive intervals of one label are one: the hour that the clocks repeat.
    if (buckets_.empty() || buckets_.back() != entry->second) {
      starts_.push_back(at);
      buckets_.push_back(entry->second);
    }
    at = std::min(offset_change(zone, at, next_full_hour(zone, at)), end);
  }
  if (buckets_.empty()) {  // days that the zone left out, which a fact can have all the same: its moment is beside them
    labels_.push_back(hour_label(calendar.zone_at(end), end));
    starts_.push_back(end);
    buckets_.push_back(0);
  }
  starts_.push_back(end);
}

std::size_t Hours::interval_of(Instant at) const {
  const auto behind = std::upper_bound(starts_.begin() + 1, starts_.end() - 1, at);
  return static_cast<std::size_t>(behind - starts_.begin()) - 1;
}

}  // namespace pico::stats
