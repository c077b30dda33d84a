#pragma once
#include <cstddef>

namespace pico::app {

/// Of all listeners together. Raises this process's limit of open files towards what so many connections need, as far as the system lets it, and returns how many
/// connections fit: some descriptors stay for the journal, Postgres and the admin listener, so that a flood of connections never takes
/// those. A warning tells when that is fewer than wanted.
std::size_t connections_that_fit(std::size_t wanted);

}  // namespace pico::app
