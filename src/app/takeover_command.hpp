#pragma once
#include <string>

#include "pico/config/config.hpp"
#include "pico/core/result.hpp"

namespace pico::app {

struct TakeoverRequest {
  std::string schema = "public";  ///< where the old tables are
  bool dry_run = false, again = false;
  int wait_seconds = 60;
};

/// Takes over an existing picolytics database and prints what was there and what is here.
Result<void> take_over(const config::Config& config, const TakeoverRequest& request);

}  // namespace pico::app
