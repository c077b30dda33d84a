#pragma once
#include <map>
#include <string>
#include <vector>

#include "pico/core/hash.hpp"
#include "pico/core/time.hpp"
#include "pico/core/time_zone.hpp"
#include "pico/storage/connection.hpp"

/// The table of salts that all instances share (design: one salt per calendar date). Which dates are needed and which are over is
/// the caller's knowledge. The table is unlogged: after a crash of Postgres it is empty. All functions throw DatabaseError.
namespace pico::storage {

/// The salt of that date, made by whoever asks first.
HashKey fetch_or_create_salt(Connection& connection, Day day);

/// Inserts the salts held here that the table lost, and returns all it has then: where another instance was quicker, its salt
/// counts.
std::map<Day, HashKey> put_salts_back(Connection& connection, const std::map<Day, HashKey>& held);

/// Destroys the salts of earlier dates and rewrites the table, so that they are in none of its pages either. Returns how many. Throws
/// with is_lock_timeout() after a second when a transaction that has touched the table is still open: try again later.
std::size_t destroy_salts_before(Connection& connection, Day day);

/// Says that this process gives `zone` to new sites, so that the others keep the salts of its dates. Call it every few minutes: it holds for an
/// hour. Returns the names of the zones of which that was said in the last hour, perhaps without this one.
std::vector<std::string> announce_default_zone(Connection& connection, const TimeZone& zone);

/// The database's clock, the one that decides among instances.
Instant database_now(Connection& connection);

}  // namespace pico::storage
