#include "literal_finder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LiteralFinder, FindsEachLiteralOnceAndInOrder) {
  const LiteralFinder finder({"safari", "chrome", "chromium", "saf", "safari"});
  EXPECT_THAT(finder.find("safari chrome safari"), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(finder.find("chromiu"), IsEmpty());
  EXPECT_THAT(finder.find("xchromium"), ElementsAre(2));
}

TEST(LiteralFinder, FindsOneThatIsTheWholeTextOrEndsIt) {
  const LiteralFinder finder({"abc"});
  EXPECT_THAT(finder.find("abc"), ElementsAre(0));
  EXPECT_THAT(finder.find("xxabc"), ElementsAre(0));
  EXPECT_THAT(finder.find("ab"), IsEmpty());
  EXPECT_THAT(finder.find(""), IsEmpty());
}

TEST(LiteralFinder, BytesBeyondAsciiAreLikeOthers) {
  const LiteralFinder finder({"prohlížeč"});
  EXPECT_THAT(finder.find("x prohlížeč y"), ElementsAre(0));
}

TEST(LiteralFinder, WithoutLiteralsNothingIsFound) {
  EXPECT_THAT(LiteralFinder().find("text"), IsEmpty());
}

}  // namespace
}  // namespace pico::enrich
