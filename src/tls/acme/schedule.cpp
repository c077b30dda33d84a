#include "schedule.hpp"

#include <algorithm>

namespace pico::tls::acme {
namespace {

using namespace std::chrono_literals;
constexpr unsigned most_doublings = 20;

}  // namespace

Instant renewal_time(const Validity& validity) { return validity.not_after - (validity.not_after - validity.not_before) / 3; }

std::chrono::seconds pause_after(const Failure& failure, unsigned failures, double spread) {
  const bool refused = failure.by == FailedBy::authority;
  const std::chrono::seconds first = refused ? 5min : 2s, longest = refused ? 12h : 1h;
  const auto doublings = std::min(std::max(failures, 1u) - 1, most_doublings);
  const auto pause = std::min<std::chrono::seconds>(longest, first * (1ll << doublings));
  const auto spreaded = std::chrono::round<std::chrono::seconds>(std::chrono::duration<double>(pause) * (0.8 + 0.4 * spread));
  return std::max(spreaded, std::min(failure.retry_after.value_or(0s), longest_pause));
}

}  // namespace pico::tls::acme
