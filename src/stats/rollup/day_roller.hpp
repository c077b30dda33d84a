#pragma once
#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/ingest_rows.hpp"

/// The transactions that make rollups. Each leaves either its whole work or nothing, so that after an interruption anywhere the
/// next call goes on. The connection is not in a transaction. All throw storage::DatabaseError; conflicts are tried again a few times
/// first.
namespace pico::stats {

/// From its commit on, whoever changes facts of the day leaves a mark; what was committed before is visible to transactions that
/// begin after it (storage/day_changes.hpp). Waits for running batches, briefly: fails with is_lock_timeout() when they hold on.
void note_closing(storage::Connection& connection, storage::SiteId site, Day day);

/// Counts the day, whose closing has been noted, and stores its rollups in place of older ones; takes away the marks whose changes
/// it saw, and the rollup of the month. Of a day that the site has no more, removes what is left. Returns whether there was a day.
bool roll_day(storage::Connection& connection, storage::SiteId site, Day day);

/// Makes roll_day() due again, because a payload cannot be read.
void unroll_day(storage::Connection& connection, storage::SiteId site, Day day);

}  // namespace pico::stats
