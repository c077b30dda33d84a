#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/ingest_rows.hpp"
#include "raw/statement.hpp"

/// Which rows of the fact tables a question is about.
namespace pico::stats::raw {

struct Scope {
  storage::SiteId site = 0;
  Day first, last;
  std::vector<Day> only = {};  ///< of first … last only these days; blank: all
  /// Between two instants rather than days.
  std::optional<std::pair<Instant, Instant>> instants = {};
};

/// The fact's own site and days (with instants: the days that can hold them), as a condition on the columns of `alias`. Literal
/// borders, so that whole months are left out.
std::string in_days(Statement& statement, const Scope& scope, std::string_view alias);
/// `alias`.at lies between the instants, or `true` for days.
std::string at_in_range(Statement& statement, const Scope& scope, std::string_view alias);

/// Visits that count: of people, with an event, and touching the range. Alias v.
std::string visits_in_scope(Statement& statement, const Scope& scope);

enum class Branches : std::uint8_t { all, pageviews, customs };
/// The events of the range as a relation with the columns day, visit_id, at, page_id, name_id (0: a pageview) and properties.
std::string events_in_scope(Statement& statement, const Scope& scope, Branches branches);

}  // namespace pico::stats::raw
