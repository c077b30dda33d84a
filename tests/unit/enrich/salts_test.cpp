#include "pico/enrich/salts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Day day(int n) {
  return Day(std::chrono::days(20'000 + n));
}

HashKey key(std::uint8_t byte) {
  HashKey result;
  result.bytes.fill(byte);
  return result;
}

TEST(Salts, KnowTheirOldestDate) {
  Salts salts;
  EXPECT_EQ(salts.oldest(), std::nullopt);
  salts.put(day(2), key(2));
  salts.put(day(1), key(1));
  EXPECT_EQ(salts.oldest(), day(1));
  salts.erase_before(day(2));
  EXPECT_EQ(salts.oldest(), day(2));
}

TEST(Salts, ADateWithoutASaltHasNone) {
  Salts salts;
  salts.put(day(1), key(1));
  EXPECT_FALSE(salts.find(day(0)).has_value());
  EXPECT_FALSE(salts.find(day(2)).has_value());
  ASSERT_TRUE(salts.find(day(1)).has_value());
  EXPECT_EQ(salts.find(day(1))->bytes, key(1).bytes);
}

TEST(Salts, ALaterPutReplacesTheSalt) {
  Salts salts;
  salts.put(day(1), key(1));
  salts.put(day(1), key(2));
  EXPECT_EQ(salts.find(day(1))->bytes, key(2).bytes);
}

TEST(Salts, ErasingTellsTheDatesAndKeepsTheGivenOne) {
  Salts salts;
  for (int n = 0; n < 4; ++n) salts.put(day(n), key(1));
  EXPECT_THAT(salts.erase_before(day(2)), ElementsAre(day(0), day(1)));
  EXPECT_FALSE(salts.find(day(1)).has_value());
  EXPECT_TRUE(salts.find(day(2)).has_value());
  EXPECT_THAT(salts.erase_before(day(2)), IsEmpty());
  EXPECT_EQ(salts.all().size(), 2U);
}

}  // namespace
}  // namespace pico::enrich
