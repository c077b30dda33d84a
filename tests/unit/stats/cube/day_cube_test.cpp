#include "cube/day_cube.hpp"

#include <gtest/gtest.h>

#include "unit/stats/cube/day_facts.hpp"
#include "unit/stats/cube/tables.hpp"

namespace pico::stats {
namespace {

constexpr auto last_dimension = static_cast<int>(Dimension::hour);

struct DayCubeTest : testing::Test, DayFacts {
  DayCube load() {
    const storage::Transaction transaction(connection, storage::Isolation::repeatable_read);
    return DayCube(connection, site, day, calendar);
  }
  void refresh(DayCube& cube, const std::vector<std::int64_t>& visitors) {
    const storage::Transaction transaction(connection, storage::Isolation::repeatable_read);
    cube.refresh(connection, visitors);
  }
  Figures figures(const DayCube& cube, Dimension dimension, const std::string& value) {
    const auto table = table_of(cube, dimension);
    const auto found = table.find(value);
    return found == table.end() ? Figures{} : found->second;
  }
  void expect_recount(const DayCube& cube, const std::string& when) {
    expect_equal(cube, Recount(connection, site, day, calendar), when);
  }
};

TEST_F(DayCubeTest, IsEmptyOnADayWithoutFacts) {
  const auto cube = load();
  for (int i = 0; i <= last_dimension; ++i) EXPECT_TRUE(table_of(cube, static_cast<Dimension>(i)).empty()) << i;
}

TEST_F(DayCubeTest, EqualsARecountOfTheRowsInEveryDimensionAndMember) {
  for (int visitor = 1; visitor <= 120; ++visitor) rewrite(connection, visitor * 1024);
  ASSERT_GT(Recount(connection, site, day, calendar).visits(), 50u);
  expect_recount(load(), "loaded");
}

TEST_F(DayCubeTest, RefreshedEqualsARecountWhateverChanged) {
  for (int visitor = 1; visitor <= 40; ++visitor) rewrite(connection, visitor * 1024);
  auto cube = load();
  for (int round = 0; round < 25 && !HasFailure(); ++round) {
    std::vector<std::int64_t> changed;
    for (int i = 1 + any(12); i > 0; --i) {
      changed.push_back((1 + any(60)) * 1024);  // some are new, some come twice
      rewrite(connection, changed.back());
    }
    refresh(cube, changed);
    expect_recount(cube, "round " + std::to_string(round));
  }
}

TEST_F(DayCubeTest, RefreshesManyTimesWithoutGrowing) {
  for (int visitor = 1; visitor <= 40; ++visitor) rewrite(connection, visitor * 1024);
  auto cube = load();
  std::vector<std::int64_t> everybody;
  for (int visitor = 1; visitor <= 40; ++visitor) everybody.push_back(visitor * 1024);
  refresh(cube, everybody);
  const auto bytes = cube.bytes();
  for (int i = 0; i < 20; ++i) refresh(cube, everybody);
  EXPECT_LE(cube.bytes(), 2 * bytes);
  expect_recount(cube, "refreshed");
}

TEST_F(DayCubeTest, IsUnchangedByARefreshThatFails) {
  for (int visitor = 1; visitor <= 40; ++visitor) rewrite(connection, visitor * 1024);
  auto cube = load();
  auto other = database.connect();
  {
    const storage::Transaction transaction(other, storage::Isolation::repeatable_read);
    other.execute("alter table pico.engagement rename to away");
    std::vector<std::int64_t> everybody;
    for (int visitor = 1; visitor <= 40; ++visitor) everybody.push_back(visitor * 1024);
    EXPECT_THROW(cube.refresh(other, everybody), storage::DatabaseError);
  }
  expect_recount(cube, "after the failure");
  for (const int visitor : {1, 2, 3}) rewrite(connection, visitor * 1024);
  refresh(cube, {1024, 2048, 3072});
  expect_recount(cube, "refreshed");
}

TEST_F(DayCubeTest, LeavesOtherSitesAndDaysOut) {
  const auto other_site = storage::create_site(connection, "b.example", TimeZone());
  insert_visit(connection, 1024, moment(), end() - 1ms);
  connection.execute("update pico.visits set site_id = $1", other_site);
  insert_visit(connection, 2048, moment(), end() - 1ms);
  connection.execute("update pico.visits set day = day - 1 where site_id = $1", site);
  EXPECT_TRUE(table_of(load(), Dimension::none).empty());
}

TEST_F(DayCubeTest, CountsAVisitInEveryHourThatItTouchesAndItsStartInTheFirst) {
  const auto start = calendar.day_start(day) + 9h + 59min;  // 08:59 of a day that is an hour longer
  insert_visit(connection, 1024, start, start + 2h, 1, 1);
  const auto cube = load();
  EXPECT_EQ(table_of(cube, Dimension::hour).size(), 3u);
  EXPECT_EQ(figures(cube, Dimension::hour, "2026-10-25 08:00:00"),
            (Figures{.visitors = 1, .visits = 1, .entries = 1, .bounces = 1, .duration_ms = 7'200'000}));
  EXPECT_EQ(figures(cube, Dimension::hour, "2026-10-25 10:00:00"), (Figures{.visitors = 1, .visits = 1}));
}

TEST_F(DayCubeTest, FitsOnlyCalendarsOfTheSameHours) {
  const auto cube = load();
  const auto zone = [](const char* name) { return *TimeZone::find(name); };
  EXPECT_TRUE(cube.fits(calendar));
  EXPECT_TRUE(cube.fits(Calendar(zone("Europe/Paris"))));
  EXPECT_FALSE(cube.fits(Calendar(zone("Europe/London"))));
  EXPECT_FALSE(cube.fits(Calendar(ZoneHistory({{Instant{}, zone("Europe/Berlin")}, {end() - 2h, zone("Asia/Tokyo")}}))));
}

}  // namespace
}  // namespace pico::stats
