#pragma once
#include "pico/storage/connection.hpp"

namespace pico::storage {

/// Waits until nobody works under hold_sites() (pico/storage/sites.hpp) and keeps others from beginning until the transaction ends: so
/// keep that short, and use with_short_locks(). Statements after it see all that was committed under hold_sites().
void lock_sites(Connection& connection);

/// The first statement of a batch: hold_sites(), and a commit that has reached the disk whatever the server's default is.
void begin_batch(Connection& connection);

}  // namespace pico::storage
