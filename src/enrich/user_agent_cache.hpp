#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "pico/core/hash.hpp"
#include "profile.hpp"

namespace pico::enrich {

/// What was found out about the User-Agents seen lately. Keys are 128-bit hashes under a random key that lives and dies with the
/// cache, so that no User-Agent can be read from it. Bounded: sets of eight entries, the one unused for longest gives way. One
/// thread.
class UserAgentCache {
 public:
  using Key = std::array<std::uint64_t, 2>;

  /// Holds at least that many entries. Their memory is taken when they are first used.
  explicit UserAgentCache(std::size_t entries);

  [[nodiscard]] Key key_of(std::string_view user_agent) const;
  /// nullptr when the key is not in the cache. Valid until the next put(), as is what put() returns.
  [[nodiscard]] const Profile* find(const Key& key);
  const Profile& put(const Key& key, const Profile& profile);

 private:
  static constexpr std::size_t ways = 8;
  struct Set {
    std::array<Key, ways> keys{};
    std::array<std::uint64_t, ways> used{};  // the tick of the last use; 0: free
    std::unique_ptr<std::array<Profile, ways>> profiles;
  };

  Set& set_of(const Key& key) { return sets_[key[1] & (sets_.size() - 1)]; }

  HashKey secret_ = HashKey::random();
  std::vector<Set> sets_;  // their number is a power of two
  std::uint64_t tick_ = 0;
};

}  // namespace pico::enrich
