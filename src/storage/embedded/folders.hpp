#pragma once
#include <filesystem>

#include "child_process.hpp"
#include "pico/core/result.hpp"

namespace pico::storage::embedded {

/// Where an embedded Postgres keeps what.
struct Folders {
  std::filesystem::path root;     ///< dataDir/postgres: owned by the user Postgres runs as, closed to others
  std::filesystem::path cluster;  ///< root/data (PGDATA)
  std::filesystem::path fresh;    ///< root/data.new: a cluster that is being made; becomes `cluster` by a rename
  std::filesystem::path socket;   ///< root/run, or a short private folder under /run or /tmp
  std::filesystem::path log;      ///< dataDir/postgres.log
};

/// Makes what is missing and checks what is there. Errc::io: a folder cannot be made, or Postgres' user could not reach it.
/// Errc::conflict: it belongs to somebody else.
Result<Folders> prepare_folders(const std::filesystem::path& data_dir, const Account& account);

/// The socket's folder for that root: inside it unless the path is too long for a Unix socket (107 bytes), or has characters that
/// connection strings and Postgres' list of folders would need quoted.
std::filesystem::path socket_folder(const std::filesystem::path& root, const Account& account);

}  // namespace pico::storage::embedded
