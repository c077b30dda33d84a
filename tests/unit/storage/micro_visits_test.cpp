#include <gtest/gtest.h>

#include <algorithm>

#include "pico/storage/micro_reports.hpp"
#include "pico/storage/partitions.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;

struct MicroVisitsTest : testing::Test {
  static constexpr MicroRange always{Instant::min(), Instant::max()};

  /// So many visits of that day, at even distances from its beginning, handed in last one first.
  void insert(Day day, int visits, int site = 1) {
    ensure_partitions(connection, std::vector<Day>{day});
    connection.execute(
        "insert into pico.micro_visits (visit_id, at, who, page_id, name_id, label_id, site_id, day, number)"
        " select 1024, $1::timestamptz + (n * 86400.0 / $2) * interval '1 second', n, 0, 0, 0, $3, $4, $2 - n"
        " from generate_series(0, $2::int - 1) n order by n desc",
        Instant(day), visits, site, day);
    connection.execute("insert into pico.site_days (site_id, day) values ($1, $2)", site, day);
  }
  std::vector<Instant> read(const MicroRange& range, std::optional<std::int64_t> limit = {}) {
    MicroVisits visits(connection, 1, range, limit);
    std::vector<Instant> all;
    for (auto some = visits.next(); !some.empty(); some = visits.next())
      for (const auto& visit : some) all.push_back(visit.at);
    return all;
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
};

TEST_F(MicroVisitsTest, ComeByTimeAndCompletelyHoweverManyADayHas) {
  insert(2021y / 1 / 31, 1);
  insert(2024y / 2 / 28, 130'000);  // more than a stretch is to have
  insert(2024y / 2 / 29, 120'000);
  insert(2024y / 3 / 1, 7);
  insert(2026y / 11 / 22, 3);
  const auto all = read(always);
  EXPECT_EQ(all.size(), 250'011U);
  EXPECT_TRUE(std::ranges::is_sorted(all));
}

TEST_F(MicroVisitsTest, AreAsManyAsTheLimitAllowsAcrossDays) {
  for (int day = 1; day <= 20; ++day) insert(2026y / 6 / day, 300);
  for (const int limit : {0, 1, 300, 301, 2'500, 6'000}) EXPECT_EQ(read(always, limit).size(), static_cast<std::size_t>(limit));
  EXPECT_EQ(read(always, 7'000).size(), 6'000U);
}

TEST_F(MicroVisitsTest, LieWithinTheRange) {
  for (int day = 1; day <= 5; ++day) insert(2026y / 6 / day, 24);
  const Instant from = Day(2026y / 6 / 2) + 12h, until = Day(2026y / 6 / 4) + 1h;
  const auto all = read({from, until});
  EXPECT_EQ(all.size(), 12U + 24U + 1U);
  EXPECT_GE(all.front(), from);
  EXPECT_LT(all.back(), until);
  EXPECT_TRUE(read({until, from}).empty());
}

TEST_F(MicroVisitsTest, OfADayThatALocalClockHasBeenPutInAreFound) {
  insert(2026y / 6 / 1, 1);
  // In the zone of UTC+14 the day begins when UTC still has the one before, and in UTC-12 it ends on the next.
  connection.execute("update pico.micro_visits set at = '2026-05-31 10:00:00Z'");
  EXPECT_EQ(read(always).size(), 1U);
  connection.execute("update pico.micro_visits set at = '2026-06-02 11:59:59Z'");
  EXPECT_EQ(read(always).size(), 1U);
}

TEST_F(MicroVisitsTest, OfAListAreThoseThatWereThereWhenItBegan) {
  insert(2026y / 6 / 1, 3);
  MicroVisits visits(connection, 1, always, {});
  EXPECT_EQ(visits.next().size(), 3U);
  auto other = database.connect();
  other.execute("update pico.micro_visits set at = at + interval '1 hour'");
  EXPECT_TRUE(visits.next().empty());
}

TEST_F(MicroVisitsTest, OfASiteThatHasNoneAreNone) {
  insert(2026y / 6 / 1, 3, 2);
  EXPECT_TRUE(read(always).empty());
}

}  // namespace
}  // namespace pico::storage
