#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

/// How whoever changes facts tells those who keep figures of them: rollups of closed days (pico.site_days, pico.rollup_marks) and
/// days held in memory (pico.feed). docs/decisions/0008-announcing-changes.md says why nothing is missed.
///
/// All functions throw DatabaseError. Days lie between 1970 and the year 9999.
namespace pico::storage {

/// What a transaction changed of a site's day.
struct DayChange {
  std::int32_t site_id = 0;
  Day day;
  /// Their visitor ids (visit ids with the ten low bits cleared); nullopt: anything of the day may have changed.
  std::optional<std::vector<std::int64_t>> visitors;
};

/// The last step before the commit of every transaction that inserts, changes or deletes rows of pico.visits, events, event_details or
/// engagement: notes that the days have facts, marks those that are closed, and tells the feed. Waits while somebody holds one
/// of the days by lock_day_exclusive(), and has the same right itself, shared, until the transaction ends. Site and day are distinct.
/// The connection is in a READ COMMITTED transaction.
void announce(Connection& connection, std::vector<DayChange> changes);

/// Waits until no transaction that has announced a change of this date, of whatever site, is under way, and keeps new ones from doing
/// so until this transaction ends. Statements after it see what they have committed (in READ COMMITTED). Take it before any row is
/// locked, and hold one at a time: announcing transactions hold rows of visits while they wait for it.
void lock_day_exclusive(Connection& connection, Day day);

/// Removes from the feed what is older than ten minutes by the database's clock, in a transaction of its own which also raises
/// pico.feed_horizon.xid to the highest transaction whose rows it removes; makes the horizon's row when it is missing (after the first
/// start and after a crash of Postgres).
///
/// Whether the feed still tells all that has changed since a reader knew a day's facts, or it has to read them anew: storage::covers()
/// (day_feed.hpp) decides it by the horizon.
void trim_feed(Connection& connection);

}  // namespace pico::storage
