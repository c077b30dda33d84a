#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"

namespace pico {

/// An IANA time zone: turns instants into the zone's calendar and back. Immutable and cheap to copy; thread-safe.
/// Data: the system's tzdata, through Howard Hinnant's date library.
class TimeZone {
 public:
  /// UTC.
  TimeZone();

  /// Looks a zone up by its IANA name (`Europe/Berlin`). Errc::invalid when there is none of that name.
  static Result<TimeZone> find(std::string_view name);

  [[nodiscard]] const std::string& name() const;

  /// The zone's calendar date at that moment.
  [[nodiscard]] Day local_day(Instant at) const;

  /// The first moment of that date in the zone: 00:00, or the end of the gap where a clock change skips midnight.
  [[nodiscard]] Instant day_start(Day day) const;

  /// Seconds east of UTC at that moment.
  [[nodiscard]] std::chrono::seconds utc_offset(Instant at) const;

 private:
  struct Impl;
  explicit TimeZone(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

}  // namespace pico
