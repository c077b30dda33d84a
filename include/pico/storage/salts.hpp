#pragma once
#include <map>

#include "pico/core/hash.hpp"
#include "pico/core/time.hpp"
#include "pico/storage/connection.hpp"

/// The shared table of salts: unlogged, so that a salt's bytes never enter WAL, replicas or archives. All functions throw DatabaseError.
namespace pico::storage {

/// The database's clock: the one that decides which salt lives.
Instant database_now(Connection& connection);

/// The date's salt; whoever needs it first makes it.
HashKey fetch_or_create_salt(Connection& connection, Day day);

/// Inserts those that the table lacks (a crash of Postgres empties it).
void put_back_salts(Connection& connection, const std::map<Day, HashKey>& salts);

/// Deletes the salts of dates before `day`; if there were any, rewrites the table, so that their bytes leave its file too.
/// Not in a transaction. Returns how many there were.
std::size_t destroy_salts_before(Connection& connection, Day day);

}  // namespace pico::storage
