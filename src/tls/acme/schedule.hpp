#pragma once
#include <chrono>

#include "failure.hpp"
#include "pico/core/time.hpp"
#include "pico/tls/identity.hpp"

namespace pico::tls::acme {

/// No pause is longer: an authority's Retry-After beyond this is taken for an error, and a pause of which more seems to be left was stored
/// under a clock that was ahead.
constexpr std::chrono::seconds longest_pause = std::chrono::hours(48);

/// When a certificate is to be replaced: with a third of its life left.
Instant renewal_time(const Validity& validity);

/// How long to wait after the `failures`-th failure of that kind since the last success (from 1 on). An authority that could not be reached is asked again from two
/// seconds on, up to an hour; one that refused, from five minutes on up to twelve hours: four times within the first hour, where Let's
/// Encrypt allows five failures. `spread`, 0 to 1, makes that a fifth shorter or longer. Never shorter than the authority asks for.
std::chrono::seconds pause_after(const Failure& failure, unsigned failures, double spread);

}  // namespace pico::tls::acme
