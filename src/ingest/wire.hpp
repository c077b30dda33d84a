#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pico::ingest {

/// An event's fields as they came over the wire, types checked, contents not. Views live until the parser's next call.
struct WireEvent {
  std::string_view name, url, referrer, timezone;
  std::string_view utm_source, utm_medium, utm_campaign, utm_content, utm_term;
  std::optional<std::string_view> properties;  ///< JSON text of an object; its presence marks a custom event
  std::int32_t load_ms = 0, ttfb_ms = 0, screen_width = 0, screen_height = 0, pixel_depth = 0;
  double pixel_ratio = 0;
  bool interactive = true;
};

/// Reads events off the wire: JSON by simdjson, without building a document, and query strings. One per thread.
class WireParser {
 public:
  WireParser();
  ~WireParser();

  /// Keys in any case, unknown ones ignored, the last of equal ones counts, bytes behind the first value ignored, null is "absent".
  /// nullopt: not an object, a wrong type, or a number out of range.
  std::optional<WireEvent> json(std::string_view body);
  /// The same keys in a query string; `n` is `load` when absent.
  std::optional<WireEvent> query(std::string_view query);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::ingest
