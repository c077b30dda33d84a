#pragma once
#include <span>
#include <string>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

/// The monthly partitions of the fact tables. A month of pico.events and pico.visits is split further by hash of site_id:
/// `events_2026_11` has the leaves `events_2026_11_h0` … `_h7`.
///
/// All functions need a connection that is not in a transaction, throw DatabaseError, and can run in several instances at once.
/// They wait for locks only briefly and then try again, a few times, so that they never hold up the writers for long.
namespace pico::storage {

/// Leaves of a month. On a distributed Postgres, which spreads by site_id itself, 1.
inline constexpr int default_hash_parts = 8;

/// Makes sure that facts of these days have a partition to go to. One quick query when they all have.
void ensure_partitions(Connection& connection, std::span<const Day> days, int hash_parts = default_hash_parts);

/// The same for the months from the one before today's to the third after it: what the coming weeks will need.
void ensure_partitions_ahead(Connection& connection, Day today, int hash_parts = default_hash_parts);

/// Drops the partitions of the months that are over before `day`, with the rollups and all else that is kept of their days, which is
/// announced (day_changes.hpp); returns their names (without leaves).
std::vector<std::string> drop_partitions_before(Connection& connection, Day day);

}  // namespace pico::storage
