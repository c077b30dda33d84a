#pragma once
#include "pico/config/config.hpp"
#include "pico/core/result.hpp"

namespace pico::app {

/// Serves until SIGTERM or SIGINT. An error means that it could not start; a stop that was asked for is a success.
Result<void> serve(const config::Config& config);

}  // namespace pico::app
