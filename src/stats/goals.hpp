#pragma once
#include <string>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/stats/query.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::stats {

/// A row of pico.goals.
struct Goal {
  std::string name;
  Filter condition;  ///< what an event must fulfil
};

/// By name. Throws storage::DatabaseError.
std::vector<Goal> goals_of(storage::Connection& connection, storage::SiteId site);

/// Tests of goals replaced by the goals' conditions. Errc::invalid: one that is not configured.
Result<std::vector<Filter>> with_goals_replaced(std::vector<Filter> filters, const std::vector<Goal>& goals);

}  // namespace pico::stats
