#pragma once
#include <string>
#include <string_view>

namespace pico::enrich {

/// An external referrer. Both blank: there is none (no referrer, the site itself, localhost, or something malformed).
struct Referrer {
  std::string host;  ///< lower-case, without `www.`; an Android app keeps its `android-app://`
  std::string page;  ///< host + path without trailing '/', as stored
};

/// Reads a referrer into `out`, reusing its memory. `page_host` and `site` are what counts as internal; another sub-domain does
/// not.
void read_referrer(std::string_view referrer, std::string_view page_host, std::string_view site, Referrer& out);

}  // namespace pico::enrich
