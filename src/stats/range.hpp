#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar.hpp"
#include "pico/stats/answer.hpp"
#include "pico/stats/query.hpp"

namespace pico::stats {

/// Which days or instants a range means now. first_day: the site's first day with facts, if there is one (for Period::all).
ResolvedRange resolve(const RangeSpec& spec, const Calendar& calendar, Instant now, std::optional<Day> first_day);

/// The range to compare with: as many days (or as much time) directly before, or the same dates of the year before.
RangeSpec compared_range(const ResolvedRange& range, Comparison comparison, const Calendar& calendar);

/// The label of the day's bucket by day, week or month. Weeks and months that began before the range are labelled with its first day.
std::string bucket_label(Day day, Dimension time, Day first);
/// The day of a label `2026-11-22`; nullopt: it is none.
std::optional<Day> day_of_label(std::string_view label);
/// The labels of all buckets of the range, rising. Of hours: those that it touches; none when it is a date that the zone left out.
std::vector<std::string> bucket_labels(const ResolvedRange& range, Dimension time, const Calendar& calendar);

}  // namespace pico::stats
