#include "descriptors.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>

namespace pico::app {
namespace {

/// The admin listener's connections, segments of the journal, sessions with Postgres, and room to spare.
constexpr rlim_t kept_back = 400;

}  // namespace

std::size_t connections_that_fit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const auto needed = std::min<rlim_t>(wanted + kept_back, limit.rlim_max);
  if (limit.rlim_cur < needed) {
    const rlimit raised{needed, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit.rlim_cur = needed;
  }
  const auto room = limit.rlim_cur - std::min(kept_back, limit.rlim_cur / 2);
  if (room >= wanted) return wanted;
  static std::atomic<bool> warned{false};  // each listener asks
  if (!warned.exchange(true))
    spdlog::warn("the listeners may have {} connections by maxConnections, but the limit of open files ({}) leaves room for {}: raise it (ulimit -n, "
                 "LimitNOFILE)",
                 wanted, limit.rlim_cur, room);
  return std::max<std::size_t>(1, room);
}

}  // namespace pico::app
