#include "names.hpp"

#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

TEST(Names, EachIsKeptOnce) {
  Names names;
  const auto first = names.keep("Chrome");
  EXPECT_EQ(names.keep(std::string("Chrome")).data(), first.data());
  EXPECT_EQ(names.size(), 1u);
}

TEST(Names, BeyondTheLimitNewOnesAreUnknownAndOldOnesStay) {
  Names names;
  const auto first = names.keep("Chrome");
  for (int i = 0; i < 5000; ++i) names.keep("made up " + std::to_string(i));
  EXPECT_EQ(names.size(), Names::limit);
  EXPECT_EQ(names.keep("one more"), "Unknown");
  EXPECT_EQ(names.keep("Chrome").data(), first.data());
}

}  // namespace
}  // namespace pico::enrich
