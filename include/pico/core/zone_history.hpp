#pragma once
#include <span>
#include <utility>
#include <vector>

#include "pico/core/time_zone.hpp"

namespace pico {

/// The time zones of a site through its life: one that it was given later holds from the moment of the change on, for whatever is dated after
/// it, and what is dated before keeps its day. Immutable; thread-safe.
class ZoneHistory {
 public:
  struct Change {
    Instant from;
    TimeZone zone;
  };

  /// One zone since ever.
  ZoneHistory(TimeZone zone) : changes_{{Instant{}, std::move(zone)}} {}
  /// By `from`, rising, at least one; the first holds since ever, whatever it says.
  explicit ZoneHistory(std::vector<Change> changes);

  /// The zone in force at that moment. Of a zone that was never changed: one comparison.
  [[nodiscard]] const TimeZone& at(Instant at) const {
    for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
      if (change->from <= at) return change->zone;
    }
    return changes_.front().zone;
  }
  /// The calendar date at that moment.
  [[nodiscard]] Day day_of(Instant at) const { return this->at(at).local_day(at); }
  /// The first and the last date that it is from one moment to another, both included.
  [[nodiscard]] std::pair<Day, Day> dates(Instant from, Instant to) const;

  [[nodiscard]] std::span<const Change> changes() const { return changes_; }

 private:
  std::vector<Change> changes_;
};

}  // namespace pico
