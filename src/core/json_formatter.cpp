#include "json_formatter.hpp"

#include <string_view>

#include "pico/core/time.hpp"
#include "utf8.hpp"

namespace pico {
namespace {

void append(spdlog::memory_buf_t& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

void append_escaped(spdlog::memory_buf_t& out, std::string_view text) {
  while (!text.empty()) {
    const auto next = utf8::decode(text);
    const auto piece = text.substr(0, next.size);
    text.remove_prefix(next.size);
    if (!next.valid) {
      append(out, utf8::replacement);
    } else if (next.code_point == '\n') {
      append(out, "\\n");
    } else if (next.code_point == '"' || next.code_point == '\\') {
      out.push_back('\\');
      append(out, piece);
    } else if (next.code_point < 0x20) {
      append(out, fmt::format("\\u{:04x}", static_cast<unsigned>(next.code_point)));
    } else {
      append(out, piece);
    }
  }
}

}  // namespace

void JsonFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
  const auto level = spdlog::level::to_string_view(message.level);
  append(out, "{\"time\":\"");
  append(out, to_string(std::chrono::floor<std::chrono::milliseconds>(message.time)));
  append(out, "\",\"level\":\"");
  append(out, {level.data(), level.size()});
  append(out, "\",\"message\":\"");
  append_escaped(out, {message.payload.data(), message.payload.size()});
  append(out, "\"}\n");
}

std::unique_ptr<spdlog::formatter> JsonFormatter::clone() const {
  return std::make_unique<JsonFormatter>();
}

}  // namespace pico
