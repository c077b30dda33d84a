#pragma once
#include <memory>
#include <string_view>

#include "pico/event/enriched.hpp"

namespace pico::enrich {

/// What is known of how a page came to be viewed, when there is no browser any more to ask: for events that were counted elsewhere. Every
/// text is valid UTF-8 within event/limits.hpp.
struct Arrival {
  std::string_view site;      ///< its domain
  std::string_view hostname;  ///< of the page
  std::string_view referrer;  ///< an address, or blank
  std::string_view utm_source, utm_medium, utm_campaign, utm_content, utm_term;
};

/// Names referrer, source and channel as the Enricher does. One thread (it owns scratch memory).
class ArrivalReader {
 public:
  ArrivalReader();
  ~ArrivalReader();

  /// The views live until the next call, and no longer than what `arrival` points to.
  event::Acquisition read(const Arrival& arrival);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::enrich
