#include "user_agent_cache.hpp"

#include <gtest/gtest.h>
#include <string>

namespace pico::enrich {
namespace {

Profile profile_of(std::uint32_t version) {
  Profile profile;
  profile.browser_version = {version, 0};
  return profile;
}

TEST(UserAgentCache, GivesBackWhatWasPut) {
  UserAgentCache cache(16);
  const auto key = cache.key_of("a");
  EXPECT_EQ(cache.find(key), nullptr);
  EXPECT_EQ(cache.put(key, profile_of(7)).browser_version.text(), "7.0");
  ASSERT_NE(cache.find(key), nullptr);
  EXPECT_EQ(cache.find(key)->browser_version.text(), "7.0");
  EXPECT_EQ(cache.find(cache.key_of("b")), nullptr);
}

TEST(UserAgentCache, KeysFollowFromTheTextAndTheCachesSecret) {
  const UserAgentCache one(8), other(8);
  EXPECT_EQ(one.key_of("a"), one.key_of("a"));
  EXPECT_NE(one.key_of("a"), one.key_of("b"));
  EXPECT_NE(one.key_of("a"), other.key_of("a"));
}

TEST(UserAgentCache, TheOneUnusedForLongestGivesWay) {
  UserAgentCache cache(8);  // one set
  const auto key = [&cache](int i) { return cache.key_of(std::to_string(i)); };
  for (int i = 0; i < 8; ++i) cache.put(key(i), profile_of(1));
  ASSERT_NE(cache.find(key(0)), nullptr);
  cache.put(key(8), profile_of(1));
  EXPECT_EQ(cache.find(key(1)), nullptr);
  for (const int kept : {0, 2, 3, 4, 5, 6, 7, 8}) EXPECT_NE(cache.find(key(kept)), nullptr) << kept;
}

TEST(UserAgentCache, ManyMoreThanItsRoomDoNoHarm) {
  UserAgentCache cache(100);
  for (int i = 0; i < 10'000; ++i) cache.put(cache.key_of(std::to_string(i)), profile_of(static_cast<std::uint32_t>(i)));
  int held = 0;
  for (int i = 0; i < 10'000; ++i) held += cache.find(cache.key_of(std::to_string(i))) != nullptr;
  EXPECT_GE(held, 100);
  EXPECT_LE(held, 128);
}

TEST(UserAgentCache, ACacheOfNoEntriesStillWorks) {
  UserAgentCache cache(0);
  const auto key = cache.key_of("a");
  cache.put(key, profile_of(3));
  EXPECT_NE(cache.find(key), nullptr);
}

TEST(Version, IsMajorDotMinor) {
  EXPECT_EQ(Version().text(), "0.0");
  EXPECT_EQ(Version(114, 5).text(), "114.5");
  EXPECT_EQ(Version(4294967295, 4294967295).text(), "4294967295.4294967295");
}

}  // namespace
}  // namespace pico::enrich
