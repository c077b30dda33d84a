#pragma once
#include <gtest/gtest.h>

#include <string>

#include "cube/day_cube.hpp"
#include "unit/stats/cube/recount.hpp"

namespace pico::stats {

inline Table table_of(const DayCube& cube, Dimension dimension) {
  Table table;
  cube.add_to(table, dimension);
  return table;
}

inline void expect_equal(const Table& actual, const Table& expected, const std::string& what) {
  EXPECT_EQ(actual.size(), expected.size()) << what;
  for (const auto& [value, figures] : expected) {
    const auto found = actual.find(value);
    ASSERT_NE(found, actual.end()) << what << ": no '" << value << "'";
    int member = 0;
    Figures::each(found->second, figures, [&](std::int64_t mine, std::int64_t theirs) {
      EXPECT_EQ(mine, theirs) << what << " '" << value << "', member " << member;
      ++member;
    });
  }
}

/// Every dimension, value and member.
inline void expect_equal(const DayCube& cube, const Recount& recount, const std::string& when) {
  for (int i = 0; i <= static_cast<int>(Dimension::hour); ++i) {
    const auto dimension = static_cast<Dimension>(i);
    expect_equal(table_of(cube, dimension), recount.by(dimension), when + ", dimension " + std::to_string(i));
  }
}

}  // namespace pico::stats
