#include "pico/enrich/visitor.hpp"

#include <cstring>

namespace pico::enrich {

std::uint64_t visitor_id(const HashKey& salt, std::string_view site, const IpAddress& client, std::string_view user_agent) {
  const auto prefix = client.client_prefix();
  const auto& address = prefix.bytes();
  KeyedHasher hasher(salt);
  hasher.field(site).field({reinterpret_cast<const char*>(address.data()), address.size()}).field(user_agent);
  constexpr auto one = std::uint64_t{1} << visit_number_bits;
  const auto id = hasher.digest() & ~(one - 1);
  return id == 0 ? one : id;
}

HashKey key_of_day(const HashKey& past_key, Day day) {
  HashKey key;
  KeyedHasher hasher(past_key);
  for (std::size_t half = 0; half < 2; ++half) {
    hasher.field("day").number(day.time_since_epoch().count()).number(static_cast<std::int64_t>(half));
    const auto bits = hasher.digest();
    std::memcpy(key.bytes.data() + 8 * half, &bits, 8);
    hasher.clear();
  }
  return key;
}

}  // namespace pico::enrich
