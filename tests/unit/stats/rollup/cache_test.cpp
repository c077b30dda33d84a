#include <gtest/gtest.h>

#include "rollup/cache.hpp"

namespace pico::stats {
namespace {

class CacheTest : public testing::Test {
 protected:
  static std::shared_ptr<const int> value(int number) { return std::make_shared<int>(number); }

  metrics::Registry registry_;
  Cache cache_{10'000, registry_};
};

TEST_F(CacheTest, GivesBackWhatWasPut) {
  EXPECT_EQ(cache_.find<int>("a"), nullptr);
  cache_.put("a", value(1), 100);
  EXPECT_EQ(*cache_.find<int>("a"), 1);
  cache_.put("a", value(2), 100);
  EXPECT_EQ(*cache_.find<int>("a"), 2);
}

TEST_F(CacheTest, DropsTheLeastRecentlyUsedWhenFull) {
  cache_.put("a", value(1), 4000);
  cache_.put("b", value(2), 4000);
  EXPECT_TRUE(cache_.find<int>("a"));
  cache_.put("c", value(3), 4000);
  EXPECT_TRUE(cache_.find<int>("a"));
  EXPECT_FALSE(cache_.find<int>("b"));
  EXPECT_TRUE(cache_.find<int>("c"));
}

TEST_F(CacheTest, NeverHoldsMoreThanItsBound) {
  for (int i = 0; i < 1000; ++i) {
    cache_.put(std::to_string(i % 700), value(i), static_cast<std::size_t>(i * 7 % 3000));
    EXPECT_LE(registry_.gauge("picolytics_rollup_cache_bytes", "").Value(), 10'000);
  }
}

TEST_F(CacheTest, KeepsWhatItHasWhenSomethingLargerThanTheWholeComes) {
  cache_.put("a", value(1), 100);
  cache_.put("b", value(2), 10'001);
  EXPECT_TRUE(cache_.find<int>("a"));
  EXPECT_FALSE(cache_.find<int>("b"));
}

TEST_F(CacheTest, ForgetsTheOldValueWhenTheNewOneIsTooLarge) {
  cache_.put("a", value(1), 100);
  cache_.put("a", value(2), 10'001);
  EXPECT_FALSE(cache_.find<int>("a"));
}

TEST_F(CacheTest, CountsHitsMissesAndEvictions) {
  cache_.put("a", value(1), 6000);
  cache_.put("b", value(2), 6000);
  (void)cache_.find<int>("a");
  (void)cache_.find<int>("b");
  const auto counted = [&](const char* result) {
    return registry_.counter("picolytics_rollup_cache_requests_total", "", {{"result", result}}).Value();
  };
  EXPECT_EQ(counted("hit"), 1);
  EXPECT_EQ(counted("miss"), 1);
  EXPECT_EQ(registry_.counter("picolytics_rollup_cache_evictions_total", "").Value(), 1);
}

}  // namespace
}  // namespace pico::stats
