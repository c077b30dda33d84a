#pragma once
#include <chrono>
#include <string>

namespace pico {

/// A moment in UTC at the resolution in which events are kept. Milliseconds, so that the offsets stored in visits are exact.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// A calendar date without a zone. Whose date it is follows from the context (normally the site's).
using Day = std::chrono::sys_days;

/// Where modules get the time from, so that tests can set it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

/// `2026-11-22`.
std::string to_string(Day day);

/// `2026-11-22T10:20:30.456Z` (RFC 3339, UTC, milliseconds).
std::string to_string(Instant at);

}  // namespace pico
