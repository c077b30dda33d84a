#include "pico/enrich/visitor.hpp"

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

}  // namespace pico::enrich
