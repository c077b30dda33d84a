#include "lru.hpp"

#include <gtest/gtest.h>

#include <list>
#include <random>

#include "visit_cache.hpp"

namespace pico::writer {
namespace {

TEST(Lru, DropsWhatHasNotBeenUsedForLongest) {
  Lru<int, int> lru(2);
  lru.put(1, 10);
  lru.put(2, 20);
  EXPECT_NE(lru.find(1), nullptr);
  lru.put(3, 30);
  EXPECT_EQ(lru.find(2), nullptr);
  EXPECT_EQ(*lru.find(1), 10);
  EXPECT_EQ(*lru.find(3), 30);
}

TEST(Lru, ReplacesAValueInPlace) {
  Lru<int, int> lru(2);
  lru.put(1, 10);
  lru.put(1, 11);
  EXPECT_EQ(lru.size(), 1u);
  EXPECT_EQ(*lru.find(1), 11);
}

TEST(Lru, BehavesLikeAListOfTheLatestUses) {
  std::mt19937 random(1);
  Lru<int, int> lru(8);
  std::list<std::pair<int, int>> model;  // latest use first
  const auto position = [&](int key) {
    return std::find_if(model.begin(), model.end(), [&](auto& entry) { return entry.first == key; });
  };
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 12);
    const auto at = position(key);
    switch (random() % 3) {
      case 0:
        if (at != model.end()) model.erase(at);
        model.emplace_front(key, step);
        if (model.size() > 8) model.pop_back();
        lru.put(key, step);
        break;
      case 1:
        if (at != model.end()) model.erase(at);
        lru.erase(key);
        break;
      default:
        const auto* found = lru.find(key);
        ASSERT_EQ(found != nullptr, at != model.end());
        if (at == model.end()) break;
        ASSERT_EQ(*found, at->second);
        model.splice(model.begin(), model, at);
    }
    ASSERT_EQ(lru.size(), model.size());
  }
}

TEST(VisitCache, ForgetsAVisitorDayThatHasGrownTooLarge) {
  VisitCache cache(10);
  const storage::VisitorDay key{.site = 1, .day = {}, .visitor = 1024};
  cache.put(key, {.rev = 1, .visits = std::vector<storage::Visit>(64)});
  EXPECT_NE(cache.find(key), nullptr);
  cache.put(key, {.rev = 2, .visits = std::vector<storage::Visit>(65)});
  EXPECT_EQ(cache.find(key), nullptr) << "not what it was before either";
}

}  // namespace
}  // namespace pico::writer
