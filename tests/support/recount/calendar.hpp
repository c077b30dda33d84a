#pragma once
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/core/time_zone.hpp"

/// A site's clocks, as simply as can be: ask the zone in force at a moment, and find borders by walking. Independent of the one
/// that answers use (src/stats), so that each checks the other.
namespace pico::test {

class Zones {
 public:
  /// By the moment from which each holds, rising; the first holds since ever.
  explicit Zones(std::vector<std::pair<Instant, TimeZone>> zones) : zones_(std::move(zones)) {}

  [[nodiscard]] const TimeZone& at(Instant moment) const;
  [[nodiscard]] Day day_of(Instant moment) const;
  /// The first moment whose day is `day` or later.
  [[nodiscard]] Instant day_start(Day day) const;

  /// `2026-11-22 14:00:00`: what the site's clocks show, minutes left out.
  [[nodiscard]] std::string hour_of(Instant moment) const;
  /// The hours that an interval (both ends included) touches.
  [[nodiscard]] std::set<std::string> hours_of(Instant first, Instant last) const;

 private:
  std::vector<std::pair<Instant, TimeZone>> zones_;
};

/// The Monday, and the first of the month.
Day monday_of(Day day);
Day month_of(Day day);
/// The first of the month that is so many months later.
Day months_later(Day month, int count);

}  // namespace pico::test
