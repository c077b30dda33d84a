#pragma once
#include <cstdint>
#include <string>

#include "pico/core/ip_address.hpp"
#include "pico/core/time.hpp"
#include "pico/event/kind.hpp"

namespace pico::event {

/// An event as a client sent it, checked and cleaned (every text is valid UTF-8 within event/limits.hpp).
///
/// The only type that holds an IP address and a User-Agent. It lives in RAM only: between the HTTP session and the enrichment
/// that consumes it. There is deliberately no way to print or encode one.
struct Raw {
  Kind kind = Kind::load;
  bool interactive = true;  ///< of custom events: false does not end a bounce
  Instant received_at;
  std::string name;        ///< of custom events, else empty
  std::string properties;  ///< of custom events: a compact JSON object, or empty
  std::string domain;      ///< the site: host of the page, lower-case, no `www.`, no port
  std::string hostname;    ///< host of the page, lower-case, no port
  std::string path;        ///< percent-decoded path of the page, at least "/"
  std::string query;     ///< still encoded query of the page; enrichment takes UTM and click-id names from it and drops the rest
  std::string referrer;  ///< as sent
  std::string utm_source, utm_medium, utm_campaign, utm_content, utm_term;  ///< when sent in fields of their own
  std::int32_t load_ms = 0;                                                 ///< 0 when not known
  std::int32_t ttfb_ms = 0;                                                 ///< 0 when not known
  std::int32_t screen_width = 0, screen_height = 0, pixel_depth = 0;
  double pixel_ratio = 0;
  std::string timezone;
  std::string language;            ///< the Accept-Language header's first tag, `de-AT`
  std::int32_t engaged_ms = 0;     ///< of engagement
  std::int16_t scroll_depth = -1;  ///< of engagement: 0–100, -1 not sent
  IpAddress client_ip;
  std::string user_agent;
};

}  // namespace pico::event
