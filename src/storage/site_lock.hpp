#pragma once
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// Waits until nobody works under hold_sites() (pico/storage/sites.hpp) and keeps others from beginning until the transaction ends: so
/// keep that short, and use with_short_locks(). Statements after it see all that was committed under hold_sites().
void lock_sites(Connection& connection);

/// Waits until nobody has held the sites for more than a second, without standing in line: whoever asks for them after lock_sites() has to
/// wait behind it, so that while a long write runs, all others would stand still. False: time is up. Not in a transaction.
bool wait_for_long_batches(Connection& connection, std::chrono::milliseconds at_most);

/// The first statement of a batch: hold_sites(), and a commit that has reached the disk whatever the server's default is.
void begin_batch(Connection& connection);

}  // namespace pico::storage
