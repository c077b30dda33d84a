#pragma once
#include <filesystem>

#include "child_process.hpp"
#include "pico/core/result.hpp"

namespace pico::storage::embedded {

struct Binaries {
  std::filesystem::path bin_dir;
  int version;  ///< major, e.g. 15
};

/// The Postgres programs to use. `wanted` is the folder that was configured, or blank; `cluster_version` is that of the existing
/// cluster, or 0. Errc::not_found, or Errc::conflict when only another version than the cluster's is there.
Result<Binaries> find_binaries(const std::filesystem::path& wanted, int cluster_version);

/// The major version a cluster was made by (its file PG_VERSION); 0 when there is no cluster.
int cluster_version(const std::filesystem::path& cluster);

}  // namespace pico::storage::embedded
