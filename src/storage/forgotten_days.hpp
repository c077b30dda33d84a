#pragma once
#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// Removes what is kept of a site's day beside its facts (pico.site_days, marks, its rollups and those of its month), in a transaction
/// of its own, unless it has facts.
void forget_day_without_facts(Connection& connection, int site_id, Day day);

/// The same for the days of a month, of all sites, with the month's own rollups; announces them. In a transaction of the caller's that
/// has just removed all facts of that month and keeps others from adding new ones.
void forget_month(Connection& connection, Day first_day);

}  // namespace pico::storage
