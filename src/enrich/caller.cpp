#include "pico/enrich/caller.hpp"

#include <algorithm>

#include "pico/core/text.hpp"

namespace pico::enrich {
namespace {

constexpr std::size_t longest = 64;

/// Of the unique local addresses (RFC 4193): told apart by the part that counts as one client, and without a place on the map.
IpAddress stand_in(std::string_view text) {
  const auto hash = sha256(text);
  std::array<std::uint8_t, 16> bytes{0xfd};
  std::copy_n(hash.begin(), bytes.size() - 1, bytes.begin() + 1);
  return IpAddress::v6(bytes);
}

}  // namespace

Caller caller_of(std::string_view ip) {
  if (const auto address = IpAddress::parse(ip)) return {address->to_string(), *address};
  auto text = clean_text(trim(ip), longest);
  if (text.empty()) return {};
  const auto address = stand_in(text);
  return {std::move(text), address};
}

std::int64_t caller_id(const HashKey& key, std::string_view site, std::string_view text) {
  return static_cast<std::int64_t>(KeyedHasher(key).field(site).field(text).digest());
}

}  // namespace pico::enrich
