#pragma once
#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// Later than any day of a fact.
inline constexpr Day end_of_time = std::chrono::year(9999) / 1 / 1;

enum class Whose : bool { everybodys, bots };

/// Deletes a site's facts of the days before `day`, some thousand visits with all that belongs to them in a transaction each, which
/// announces it. Days that have no facts left are forgotten. Returns the number of visits.
std::size_t delete_facts_before(Connection& connection, int site_id, Day day, Whose whose = Whose::everybodys);

}  // namespace pico::storage
