#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pico/config/config.hpp"

namespace pico::app {

struct AuditRequest {
  std::vector<std::filesystem::path> logs;  ///< files or folders besides the data directory
  bool wal = false;                         ///< Postgres' write-ahead log, too
  std::filesystem::path wal_dir;            ///< where that is; blank: the embedded Postgres'
  std::vector<std::string> addresses, user_agents, allowed;
};

/// Looks for visitors' addresses and User-Agents and prints what it found, by place. Returns the exit status: 0 nothing, 1 something,
/// 2 not everything could be looked at (and nothing was found).
int privacy_audit(const config::Config& config, const AuditRequest& request);

}  // namespace pico::app
