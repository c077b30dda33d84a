#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "pico/core/hash.hpp"
#include "pico/core/ip_address.hpp"

/// Who came, where a caller of µAnalytics' API says it in the field `ip`.
namespace pico::enrich {

/// Personal: must not leave RAM, except where a site stores it.
struct Caller {
  std::string text;   ///< canonical, without port; as given (trimmed, clean, 64 bytes at most) when it is no address
  IpAddress address;  ///< when it is no address: one that is nobody's, another for each text; 0.0.0.0 when blank
};

/// Takes what IpAddress::parse() takes, and anything else as a name of its own.
Caller caller_of(std::string_view ip);

/// What stands for that caller at that site for ever (pico.micro_visits.who). `key`: the install key `micro_key`. Unlike a visitor's id it
/// tells the addresses of one IPv6 network apart, and knows no User-Agent and no day: it is what that API calls unique.
std::int64_t caller_id(const HashKey& key, std::string_view site, std::string_view text);

}  // namespace pico::enrich
