#pragma once
#include "faults.hpp"
#include "pico/stats/query.hpp"

namespace pico::api {

/// The `date_range` of a question: `day`, `24h`, `7d`, `month`, `6mo`, `year`, `all`, two dates, or two moments with offsets, of which
/// the second is the last second within.
Result<stats::RangeSpec> read_range(const Json& value);

}  // namespace pico::api
