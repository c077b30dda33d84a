#include "platform.hpp"

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

}  // namespace

std::string_view platform_of(std::string_view user_agent) {
  for (const auto& [part, platform] : rules)
    if (contains_ignore_case(user_agent, part)) return platform;
  return {};
}

}  // namespace pico::api::micro_analytics
