#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/core/zone_history.hpp"
#include "pico/storage/connection.hpp"

namespace pico::stats {

/// A site's days and hours through all of its time zones. A zone that was changed took effect at a midnight of the one before, so
/// every instant has exactly one day, and a day is one interval of instants (in the days around a change shorter or longer than 24
/// h). Immutable, thread-safe.
class Calendar {
 public:
  explicit Calendar(ZoneHistory zones) : zones_(std::move(zones)) {}
  /// In the zones of storage::zones_of_site(). Throws storage::DatabaseError.
  static Calendar of_site(storage::Connection& connection, int site_id);

  [[nodiscard]] Day day_of(Instant at) const { return zones_.day_of(at); }
  /// The first instant of the day; the day's end is day_start(day + 1).
  [[nodiscard]] Instant day_start(Day day) const;
  [[nodiscard]] const TimeZone& zone_at(Instant at) const { return zones_.at(at); }

 private:
  ZoneHistory zones_;
};

/// The local clock hours of a range of days: buckets by label (`2026-11-22 14:00:00`). An hour that the clocks repeat is one bucket
/// of two hours; one that they skip does not exist; in zones off by half an hour buckets still begin at the local full hour.
/// There is always a bucket: days that the zone left out altogether have that of the hour after them, of no length.
class Hours {
 public:
  Hours(const Calendar& calendar, Day first, Day last);

  /// Instants at which a bucket begins, rising, and behind the last the end of the range. A bucket that was interrupted by a change
  /// of time zone has several intervals.
  [[nodiscard]] std::span<const Instant> starts() const { return starts_; }
  /// The bucket of interval i: an index into labels().
  [[nodiscard]] std::size_t bucket(std::size_t interval) const { return buckets_[interval]; }
  /// The interval that holds the instant; of one out of the range (which a change between zones more than a day apart can make), the
  /// nearest.
  [[nodiscard]] std::size_t interval_of(Instant at) const;
  [[nodiscard]] std::span<const std::string> labels() const { return labels_; }

 private:
  std::vector<Instant> starts_;
  std::vector<std::size_t> buckets_;
  std::vector<std::string> labels_;
};

}  // namespace pico::stats
