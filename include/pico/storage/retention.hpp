#pragma once
#include <cstddef>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

namespace pico::storage {

struct RetentionOptions {
  int prune_days = 0;      ///< keep this many whole days before today, the site's (UTC for what has no site); 0: for ever
  int bot_prune_days = 0;  ///< the same for visits of bots; 0: as long as all others
};

struct Pruned {
  std::size_t partitions = 0;  ///< whole months of a table
  std::size_t visits = 0;      ///< deleted one by one, with their events
  std::size_t words = 0;
};

/// Removes what is too old: whole months are dropped, the rest goes in small transactions, a visit always together with its
/// events. Words that no kept month uses go, too. Call at start and every pruneCheckHours, on a connection without
/// statement_timeout; blocks for as long as it takes. Can run in several instances at once and go on after an interruption.
/// Throws DatabaseError.
Pruned prune(Connection& connection, const RetentionOptions& options, Instant now);

}  // namespace pico::storage
