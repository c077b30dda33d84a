#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "pico/core/result.hpp"

namespace pico::app {

/// `dataDir/run.json`: where the running server can be reached, for the other sub-commands, scripts and tests. Present while it serves.
struct RunFile {
  std::string listen;  ///< `127.0.0.1:8080`
  std::string admin;   ///< empty when off
  std::string page_views;  ///< empty when off
  std::string micro_analytics;  ///< empty when off
  std::string tls, redirect;  ///< empty when off
  std::string postgres_conninfo;  ///< of the embedded Postgres; empty with a Postgres of the user's own, whose password stays out of files
};

Result<void> write_run_file(const std::filesystem::path& data_dir, const RunFile& content);
std::optional<RunFile> read_run_file(const std::filesystem::path& data_dir);
void remove_run_file(const std::filesystem::path& data_dir);

}  // namespace pico::app
