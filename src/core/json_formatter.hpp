#pragma once
#include <spdlog/formatter.h>
#include <memory>

namespace pico {

/// One JSON object a line: {"time":"2026-11-22T10:20:30.456Z","level":"info","message":"…"}. The message is escaped, and bytes
/// that are not UTF-8 become U+FFFD, so a line is always valid JSON. Stateless.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override;
};

}  // namespace pico
