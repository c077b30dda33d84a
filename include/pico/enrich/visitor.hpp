#pragma once
#include <cstdint>
#include <string_view>

#include "pico/core/hash.hpp"
#include "pico/core/ip_address.hpp"
#include "pico/core/time.hpp"

namespace pico::enrich {

/// The visits of a visitor's day are numbered in the low bits of its id.
inline constexpr std::uint64_t visit_number_bits = 10;

/// Who comes from that address with that User-Agent to that site, on the day whose salt is given. The ten low bits are zero;
/// never 0.
std::uint64_t visitor_id(const HashKey& salt, std::string_view site, const IpAddress& client, std::string_view user_agent);

/// What stands in for the salt of a day that is long over: derived from a key of the installation, so that what is handed in twice has the
/// same visitors.
HashKey key_of_day(const HashKey& past_key, Day day);

}  // namespace pico::enrich
