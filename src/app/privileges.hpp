#pragma once
#include <filesystem>
#include <string>

#include "pico/core/result.hpp"

namespace pico::app {

/// Makes the data directory and gives root's rights up: root becomes `picolytics`, or `postgres` where there is no such user, for good
/// and on all threads. Then nobody runs anything as root any more, the embedded Postgres included. Call it once the ports are bound.
/// Without root it only makes the directory. Errc::io when that user cannot get into the directory.
Result<void> enter_data_directory(const std::filesystem::path& directory);

/// No core dumps: they would bring what is in RAM to a disk. Again after a change of user, which resets it.
void forbid_core_dumps();

}  // namespace pico::app
