#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pico::storage::embedded {

/// What a cluster is tuned to.
struct Machine {
  std::uint64_t memory_bytes;  ///< of the machine, or of the container when that has less
  unsigned processors;
  std::uint64_t shared_memory_bytes;  ///< size of /dev/shm
};
Machine this_machine();

/// The cluster's `picolytics.conf`: memory and planner settings, which the operator can override in postgresql.conf.
std::string tuning(const Machine& machine);

/// The postmaster's arguments: what must be so whatever a configuration file says. No network, and no statement, value or error
/// text of a statement in the log.
std::vector<std::string> fixed_arguments(const std::filesystem::path& cluster, const std::filesystem::path& socket_dir);

}  // namespace pico::storage::embedded
