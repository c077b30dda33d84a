#include "user_agent_cache.hpp"

#include <sodium.h>
#include <algorithm>
#include <bit>

namespace pico::enrich {

static_assert(sizeof(UserAgentCache::Key) == crypto_shorthash_siphashx24_BYTES);
static_assert(std::tuple_size_v<decltype(HashKey::bytes)> == crypto_shorthash_siphashx24_KEYBYTES);

UserAgentCache::UserAgentCache(std::size_t entries)
    : sets_(std::bit_ceil(std::max<std::size_t>(1, (entries + ways - 1) / ways))) {}

UserAgentCache::Key UserAgentCache::key_of(std::string_view user_agent) const {
  Key key;
  crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(key.data()),
                              reinterpret_cast<const unsigned char*>(user_agent.data()), user_agent.size(), secret_.bytes.data());
  return key;
}

const Profile* UserAgentCache::find(const Key& key) {
  auto& set = set_of(key);
  for (std::size_t way = 0; way < ways; ++way) {
    if (set.used[way] == 0 || set.keys[way] != key) continue;
    set.used[way] = ++tick_;
    return &(*set.profiles)[way];
  }
  return nullptr;
}

const Profile& UserAgentCache::put(const Key& key, const Profile& profile) {
  auto& set = set_of(key);
  if (!set.profiles) set.profiles = std::make_unique<std::array<Profile, ways>>();
  const auto way = static_cast<std::size_t>(std::ranges::min_element(set.used) - set.used.begin());
  set.keys[way] = key;
  set.used[way] = ++tick_;
  return (*set.profiles)[way] = profile;
}

}  // namespace pico::enrich
