#pragma once
#include "binaries.hpp"
#include "child_process.hpp"
#include "folders.hpp"
#include "pico/core/result.hpp"

namespace pico::storage::embedded {

/// The owner of the private cluster and of the database in it.
inline constexpr const char* owner = "picolytics";

/// Makes the cluster unless it is there. A crash in the middle leaves no half cluster: it is made beside and renamed.
Result<void> make_cluster(const Folders& folders, const Binaries& binaries, const Account& account, int log_fd);

/// Writes the tuning for this machine into the cluster.
Result<void> write_tuning(const Folders& folders, const Account& account);

/// A server that was killed can leave its Postgres behind for a moment (or for good, when the kernel could not tell it). Ends one
/// that still runs on the cluster, and removes the files that would keep a new one from starting.
Result<void> end_leftover(const Folders& folders);

/// Ends a postmaster: fast shutdown, then an immediate one, then by force.
void end_postmaster(pid_t pid, std::chrono::milliseconds patience);

}  // namespace pico::storage::embedded
