#pragma once
#include <optional>
#include <span>
#include <string>

#include "calendar.hpp"
#include "pico/stats/dimension.hpp"
#include "raw/scope.hpp"
#include "raw/words.hpp"

namespace pico::stats::raw {

/// Which moment puts a visit or an event into an hour.
enum class HourOf : std::uint8_t { event, start, touched };

/// How a statement groups by up to two dimensions. Words are grouped by the hash of their text, and texts only looked up for the
/// groups in the end.
struct Keys {
  std::string joins;       ///< to the facts
  std::string k1, k2;      ///< what to group by: expressions over the facts' aliases v, e, g and the joins
  std::string text_joins;  ///< to the groups, alias r with columns k1, k2
  std::string text1, text2;
};

/// hours: of the scope's days, when Dimension::hour is among the dimensions; such a group's text is the number of its bucket.
Keys keys_of(Statement& statement, const Scope& scope, Words& words, std::span<const DimensionRef> dimensions,
             const std::optional<Hours>& hours, HourOf hour_of, std::string_view event_alias);

}  // namespace pico::stats::raw
