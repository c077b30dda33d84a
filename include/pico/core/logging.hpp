#pragma once
#include <string>
#include <string_view>

/// Logs go to standard error through spdlog's default logger: use spdlog::info(…) and friends. Never log a client's IP address,
/// User-Agent, or a text that may quote a client's input.
namespace pico {

enum class LogFormat { json, text };

/// Sets the default logger up. Call once at start; level is a spdlog level name (`debug`, `info`, …).
void set_up_logging(LogFormat format, std::string_view level);

}  // namespace pico
