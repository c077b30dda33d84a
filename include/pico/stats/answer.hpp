#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/stats/query.hpp"

namespace pico::stats {

/// monostate: there is nothing the figure could be made of (no visit has a duration). Counts, seconds and whole percents are
/// integers, views_per_visit and the rates that are not rounded to whole numbers doubles.
using Value = std::variant<std::monostate, std::int64_t, double>;

struct Row {
  std::vector<std::string> dimensions;  ///< in the question's order, as shown (blank_label() for blanks)
  std::vector<Value> metrics;           ///< in the question's order
};

/// The range that was meant.
struct ResolvedRange {
  Instant from, to;   ///< to: exclusive
  Day first, last;    ///< the site's days it touches
  bool whole_days = true;
  std::string time_zone;  ///< IANA name of the one in force at the end
  std::string from_text, to_text;  ///< RFC 3339 with the zone's offset; the second is the last second within: `…T23:59:59+02:00`
};

struct Answer {
  ResolvedRange range;
  std::vector<Row> rows;           ///< without dimensions exactly one
  std::uint64_t total_rows = 0;    ///< without limit and offset
  std::optional<Row> totals;       ///< when asked for
  std::vector<std::string> time_labels;  ///< with a time dimension: every bucket of the range, rising
  /// When asked for: the same question of the other range. Without a time dimension its rows are those of `rows`, in their order.
  std::shared_ptr<const Answer> comparison;
};

}  // namespace pico::stats
