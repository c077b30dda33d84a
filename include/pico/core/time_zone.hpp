#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"

namespace pico {

/// An IANA time zone: turns instants into the zone's calendar and back. Immutable and cheap to copy; thread-safe.
/// Data: the system's tzdata, through Howard Hinnant's date library. It has every clock change from 1970 to 2037; outside that
/// range the nearest known offset holds.
class TimeZone {
 public:
  /// UTC. Needs no tzdata.
  TimeZone();

  /// Looks a zone up by its IANA name (`Europe/Berlin`). Errc::invalid when there is none of that name, Errc::io when the system
  /// has no tzdata. The first look-up of a zone reads files (about 15 ms, later ones well under a millisecond).
  static Result<TimeZone> find(std::string_view name);

  [[nodiscard]] const std::string& name() const;

  /// The zone's calendar date at that moment. Costs some 10 ns.
  [[nodiscard]] Day local_day(Instant at) const;

  /// The first moment of that date in the zone: 00:00, or the end of the gap where a clock change skips midnight. A date that the
  /// zone left out altogether (Pacific/Apia, 2011-12-30) starts where the next one does.
  [[nodiscard]] Instant day_start(Day day) const;

  /// Seconds east of UTC at that moment.
  [[nodiscard]] std::chrono::seconds utc_offset(Instant at) const;

 private:
  struct Impl;
  explicit TimeZone(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

}  // namespace pico
