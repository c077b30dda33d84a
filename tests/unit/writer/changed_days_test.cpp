#include "changed_days.hpp"

#include <gtest/gtest.h>

namespace pico::writer {
namespace {

using storage::VisitorDay;

constexpr Day first{std::chrono::days(20'000)}, second{std::chrono::days(20'001)};

/// `site day-number: visitors`, or `site day-number: any`.
std::string text(const std::vector<storage::DayChange>& changes) {
  std::string out;
  for (const auto& change : changes) {
    out += std::to_string(change.site_id) + " " + std::to_string(change.day.time_since_epoch().count()) + ":";
    if (!change.visitors) out += " any";
    for (const auto visitor : change.visitors.value_or(std::vector<std::int64_t>())) out += " " + std::to_string(visitor);
    out += "\n";
  }
  return out;
}

TEST(ChangedDays, ListEveryVisitorOnceByDay) {
  ChangedDays days(100);
  days.add(std::array<VisitorDay, 3>{{{1, first, 2048}, {1, second, 1024}, {2, first, 1024}}});
  days.add(std::array<VisitorDay, 2>{{{1, first, 1024}, {1, first, 2048}}});
  EXPECT_EQ(text(days.take()), "1 20000: 1024 2048\n1 20001: 1024\n2 20000: 1024\n");
  EXPECT_EQ(text(days.take()), "");
}

TEST(ChangedDays, BecomeWholeDaysWhenThereAreTooMany) {
  ChangedDays days(2);
  days.add(std::array<VisitorDay, 3>{{{1, first, 1024}, {1, second, 1024}, {1, first, 2048}}});
  days.add(std::array<VisitorDay, 1>{{{2, first, 1024}}});
  EXPECT_EQ(text(days.take()), "1 20000: any\n1 20001: any\n2 20000: 1024\n");
}

}  // namespace
}  // namespace pico::writer
