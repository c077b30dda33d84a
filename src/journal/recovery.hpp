#pragma once
#include <filesystem>
#include <vector>

#include "catalogue.hpp"
#include "files.hpp"

namespace pico::journal {

struct Recovered {
  std::vector<Epoch> epochs;           ///< oldest first, each with at least one record
  std::int64_t newest_created_ms = 0;  ///< of all epochs found: a new one must sort behind it
};

/// Looks at what earlier processes left in the directory: reads every segment's header and scans the last segment of each epoch.
/// Deletes epochs without a record and unfinished files. Errc::invalid: a segment of another format; Errc::io: the disk refuses.
Result<Recovered> recover(Files& files, const std::filesystem::path& directory);

}  // namespace pico::journal
