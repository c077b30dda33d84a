#pragma once
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "pico/event/enriched.hpp"

namespace pico::enrich {

/// `major.minor` as text, without an allocation.
class Version {
 public:
  Version() : Version(0, 0) {}
  Version(std::uint32_t major, std::uint32_t minor) {
    auto* const end = text_.data() + text_.size();
    auto* at = std::to_chars(text_.data(), end, major).ptr;
    *at++ = '.';
    at = std::to_chars(at, end, minor).ptr;
    size_ = static_cast<std::uint8_t>(at - text_.data());
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 21> text_{};  // two numbers of ten digits and the dot
  std::uint8_t size_ = 0;
};

/// All that is kept of a User-Agent. The names live as long as the knowledge they come from; nothing else of the text is in here.
struct Profile {
  std::string_view browser = "Unknown", os = "Unknown", platform = "Unknown", device_type = "Unknown";
  Version browser_version, os_version;
  event::Bot bot = event::Bot::no;

  /// The views live as long as this.
  [[nodiscard]] event::Device device() const {
    return {browser, browser_version.text(), os, os_version.text(), platform, device_type};
  }
};

}  // namespace pico::enrich
