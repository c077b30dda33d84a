#pragma once
#include <cstdint>
#include <string_view>

#include "pico/core/time.hpp"
#include "pico/event/kind.hpp"

/// An event as it is journalled and stored: nothing in it tells who the visitor was.
///
/// All texts are views. The enricher's stay valid until its next call, the codec's as long as the decoded bytes.
namespace pico::event {

/// How a visit came about. Blank fields are "not known" or "not set".
struct Acquisition {
  std::string_view referrer;  ///< host without `www.` + path without trailing '/', e.g. `indiehackers.com/page`
  std::string_view channel;   ///< `Organic Search`, `Direct`, … (enrich/channel.hpp)
  std::string_view source;    ///< display name (`Google`) or host; blank for direct
  std::string_view medium, campaign, content, term;
  std::string_view utm_source;  ///< the tag as given
  std::string_view click_id;    ///< name of the click id (`gclid`), never its value
  bool operator==(const Acquisition&) const = default;
};

/// What the User-Agent said. Values are the original picolytics' enumerations where they exist (`Chrome`, `MacOSX`, `Phone`).
struct Device {
  std::string_view browser, browser_version, os, os_version, platform, device_type;
  bool operator==(const Device&) const = default;
};

struct Location {
  std::string_view country;      ///< ISO 3166-1 alpha-2, upper-case; blank when not known
  std::string_view subdivision;  ///< English name of the first subdivision
  std::string_view city;         ///< English name
  float latitude = 0, longitude = 0;
  bool operator==(const Location&) const = default;
};

/// What the browser said of its surroundings.
struct Screen {
  std::int32_t width = 0, height = 0, pixel_depth = 0;
  float pixel_ratio = 0;
  std::string_view timezone, language;
  bool operator==(const Screen&) const = default;
};

/// Why an event is thought to come from a machine. Stored: never change or reuse a number.
enum class Bot : std::uint8_t {
  no = 0,
  user_agent_empty = 1,  ///< no User-Agent, or one of a single character
  crawler = 2,           ///< a rule of the crawler list
  contract = 3,          ///< a substring of the original picolytics' list
  automation = 4,        ///< headless or driven browser
};

struct Enriched {
  Kind kind = Kind::load;
  bool interactive = true;
  Bot bot = Bot::no;
  Instant at;                       ///< receipt time
  Day day;                          ///< the site's local date at `at`: the date whose salt made visitor_id
  std::uint64_t visitor_id = 0;     ///< its ten low bits are zero (visits are visitor_id + n); 0 for opted_out
  std::string_view domain;          ///< the site
  std::string_view site_time_zone;  ///< IANA name; what a site created by this event starts with
  std::string_view name;            ///< of custom events
  std::string_view properties;      ///< of custom events: JSON object text, or blank
  std::string_view hostname, path;  ///< the page
  std::int32_t load_ms = 0, ttfb_ms = 0;
  std::int32_t engaged_ms = 0;
  std::int16_t scroll_depth = -1;
  Acquisition acquisition;
  Device device;
  Location location;
  Screen screen;
  bool operator==(const Enriched&) const = default;
};

}  // namespace pico::event
