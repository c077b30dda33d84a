#pragma once
#include <functional>
#include <optional>

#include "pico/storage/connection.hpp"

namespace pico::storage {

/// Runs work in a transaction that waits at most a second for any lock: a statement that waits for a table's lock makes everybody
/// behind it wait too. When it does not get one, or is the victim of a deadlock, it is run again, up to ten times; then throws.
void with_short_locks(Connection& connection, const std::function<void()>& work);

/// The same, tried once: what kept it from being done, or nothing when it is.
std::optional<DatabaseError> try_with_short_locks(Connection& connection, const std::function<void()>& work);

}  // namespace pico::storage
