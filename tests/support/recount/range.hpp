#pragma once
#include "pico/stats/query.hpp"
#include "support/recount/facts.hpp"

namespace pico::test {

/// What a question's range comes to for a site.
struct Range {
  Instant from, to;  ///< to: exclusive
  Day first, last;
  bool whole_days = true;

  [[nodiscard]] bool has(const FactVisit& visit) const;
  /// at: of an event or engagement of that visit.
  [[nodiscard]] bool has(const FactVisit& visit, Instant at) const;
};

Range range_of(const stats::RangeSpec& spec, const FactSite& site, Instant now);
/// The range that this one is compared with: as many days (as long a time) directly before, or a year earlier.
Range compared_range(const Range& range, stats::Comparison comparison, const FactSite& site);

/// The labels of a time dimension in the range, rising.
std::set<std::string> time_labels(const Range& range, stats::Dimension dimension, const Zones& zones);
/// Of a day: time:day, time:week, time:month.
std::string day_label(Day day, stats::Dimension dimension, const Range& range);

}  // namespace pico::test
