#pragma once
#include <string>

#include "pico/config/config.hpp"
#include "pico/core/result.hpp"

namespace pico::app {

struct MicroImportRequest {
  std::string root;     ///< µAnalytics' folder
  std::string website;  ///< only this one of its folders; empty: all
  bool dry_run = false, again = false;
};

/// Imports µAnalytics' files and prints what was taken of each. A server may run on the database at the same time.
Result<void> import_micro_analytics(const config::Config& config, const MicroImportRequest& request);

}  // namespace pico::app
