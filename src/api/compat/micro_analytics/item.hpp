#pragma once
#include <string>

#include "fault.hpp"

/// A visit as µAnalytics' clients hand it in.
namespace pico::api::micro_analytics {

/// As it was sent; what was not sent is blank. Like event::Raw it holds an IP address and a User-Agent: it must not leave RAM.
struct Item {
  std::string website, time, event, ip, path, platform, referer_domain, country_code;
  std::string referer, user_agent, accept_language;  ///< of its `headers`

  void clear() { *this = {}; }
};

}  // namespace pico::api::micro_analytics
