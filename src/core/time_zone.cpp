#include "pico/core/time_zone.hpp"

#include <date/tz.h>
#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

namespace pico {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds first_second = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1);
constexpr sys_seconds last_second = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

/// From `begin` to the next span's begin the zone is `offset` east of UTC.
struct Span {
  sys_seconds begin;
  seconds offset;
};

/// The library's own look-up takes a lock and copies an abbreviation on every call, so everything it knows is taken out once.
std::vector<Span> spans_of(const date::time_zone& zone) {
  std::vector<Span> spans;
  for (auto at = first_second; at < last_second;) {
    const auto info = zone.get_info(at);
    if (spans.empty() || spans.back().offset != info.offset) spans.push_back({at, info.offset});
    at = info.end;
  }
  spans.front().begin = sys_seconds::min();
  return spans;
}

}  // namespace

struct TimeZone::Impl {
  std::string name;
  std::vector<Span> spans;  // sorted; the first begins before all time

  [[nodiscard]] std::vector<Span>::const_iterator span_at(sys_seconds at) const {
    return std::prev(std::ranges::upper_bound(spans, at, {}, &Span::begin));
  }
};

TimeZone::TimeZone() {
  static const auto utc = std::make_shared<const Impl>(Impl{"Etc/UTC", {{sys_seconds::min(), seconds(0)}}});
  impl_ = utc;
}

TimeZone::TimeZone(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Result<TimeZone> TimeZone::find(std::string_view name) {
  if (name == "Etc/UTC") return TimeZone();  // works without tzdata, and starts quicker
  // Sites are re-read often and share few zones. The map cannot grow beyond the names in tzdata.
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Impl>, std::less<>> known;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(name); found != known.end()) return TimeZone(found->second);
  try {
    date::get_tzdb();
  } catch (const std::runtime_error&) {
    return Error{Errc::io, "The system's time zone data cannot be read: install the package tzdata."};
  }
  try {
    // `localtime` is whatever this machine is set to: another instance would take it for another zone.
    if (name == "localtime") throw std::runtime_error("not a zone");
    auto impl = std::make_shared<const Impl>(Impl{std::string(name), spans_of(*date::locate_zone(name))});
    return TimeZone(known.emplace(impl->name, impl).first->second);
  } catch (const std::runtime_error&) {
    return Error{Errc::invalid, "There is no such time zone: give an IANA name like Europe/Berlin or Etc/UTC."};
  }
}

const std::string& TimeZone::name() const {
  return impl_->name;
}

seconds TimeZone::utc_offset(Instant at) const {
  return impl_->span_at(std::chrono::floor<seconds>(at))->offset;
}

Day TimeZone::local_day(Instant at) const {
  return std::chrono::floor<std::chrono::days>(at + utc_offset(at));
}

Instant TimeZone::day_start(Day day) const {
  // The first span in which the local clock shows this date or a later one; offsets are less than a day, so it cannot begin
  // earlier.
  for (auto span = impl_->span_at(day - std::chrono::days(1));; ++span) {
    const auto start = std::max<sys_seconds>(span->begin, day - span->offset);
    const auto next = std::next(span);
    if (next == impl_->spans.end() || start < next->begin) return start;
  }
}

}  // namespace pico
