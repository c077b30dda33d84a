#include "platform.hpp"

#include <algorithm>
#include <array>

#include "pico/core/text.hpp"

namespace pico::api::micro_analytics {
namespace {

struct Rule {
  std::string_view part, platform;
};

/// In the order in which they are tried.
constexpr std::array<Rule, 13> rules{{{"windows phone", "Microsoft Windows Phone"},
                                      {"playstation", "Playstation"},
                                      {"wii", "Wii"},
                                      {"ipad", "iPad"},
                                      {"ipod", "iPod"},
                                      {"iphone", "iPhone"},
                                      {"android", "Android"},
                                      {"blackberry", "Blackberry"},
                                      {"windows nt", "Microsoft Windows"},
                                      {"macintosh", "Apple Mac"},
                                      {"samsung", "Samsung"},
                                      {"linux", "Linux"},
                                      {"curl", "Curl"}}};

struct Kind {
  std::string_view name, os, platform, type;
};

constexpr std::array<Kind, 11> kinds{{{"Microsoft Windows", "Windows", "Windows", "Computer"},
                                      {"Microsoft Windows Phone", "WindowsPhone", "WindowsPhone", "Phone"},
                                      {"Apple Mac", "MacOSX", "Mac", "Computer"},
                                      {"Linux", "Linux", "Linux", "Computer"},
                                      {"Android", "Android", "Linux", "Unknown"},
                                      {"iPhone", "iOS", "iPhone", "Phone"},
                                      {"iPad", "iOS", "iPad", "Tablet"},
                                      {"iPod", "iOS", "iPod", "Phone"},
                                      {"Blackberry", "Blackberry", "Blackberry", "Phone"},
                                      {"Playstation", "Playstation", "Playstation", "Console"},
                                      {"Wii", "Nintendo", "Nintendo", "Console"}}};

}  // namespace

std::string_view platform_of(std::string_view user_agent) {
  for (const auto& [part, platform] : rules)
    if (contains_ignore_case(user_agent, part)) return platform;
  return {};
}

event::Device device_of(std::string_view platform) {
  event::Device device{"Unknown", "0.0", "Unknown", "0.0", "Unknown", "Unknown"};
  const auto* const kind = std::ranges::find(kinds, platform, &Kind::name);
  if (kind == kinds.end()) return device;
  device.os = kind->os;
  device.platform = kind->platform;
  device.device_type = kind->type;
  return device;
}

}  // namespace pico::api::micro_analytics
