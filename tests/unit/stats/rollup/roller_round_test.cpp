#include "rollup/roller_round.hpp"

#include <gmock/gmock.h>

#include "rollup/day_roller.hpp"
#include "unit/stats/rollup/rolling.hpp"

namespace pico::stats {
namespace {

using storage::Transaction;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

struct RollerRoundTest : RollingTest {
  std::size_t run() {
    return rounds.run(connection, [] { return false; });
  }
  RollerMetrics metrics{registry};
  RollerRound rounds{10s, 60min, metrics, clock};
};

TEST_F(RollerRoundTest, ClosesTheNewestDayFirst) {
  const auto other = add_site("b.example", "Europe/Berlin");
  visit(site, first);
  visit(site, third);
  visit(other, second);
  std::vector<std::string> order;
  while (number("select count(*) from pico.site_days where not rolled") > 0) {
    const auto before = number("select count(*) from pico.site_days where rolled");
    rounds.run(connection, [&] { return number("select count(*) from pico.site_days where rolled") > before; });
    order.push_back(std::string(watcher.execute("select string_agg(day::text, ' ' order by day desc) from pico.site_days where rolled").text(0, 0)));
  }
  EXPECT_THAT(order, ElementsAre("2026-10-26", "2026-10-26 2026-10-25", "2026-10-26 2026-10-25 2026-10-24"));
}

TEST_F(RollerRoundTest, RepairsADayThatIsMarkedAgainAndAgainEverMoreSeldom) {
  visit(site, first);
  run();
  const auto repairs_in = [&](std::chrono::seconds duration) {
    std::size_t repaired = 0;
    for (auto passed = 0s; passed < duration; passed += 10s, clock.time = clock.time.load() + 10s) {
      visit(site, first);
      run();
      if (number("select count(*) from pico.rollup_marks") == 0) ++repaired;
    }
    return repaired;
  };
  EXPECT_EQ(repairs_in(1h), 11u) << "after 10, 20, 40 … seconds, then every ten minutes";
  clock.time = clock.time.load() + 1h;
  EXPECT_EQ(repairs_in(10s), 1u) << "it has been quiet";
}

TEST_F(RollerRoundTest, KeepsRepairingOtherDaysMeanwhile) {
  visit(site, first);
  visit(site, second);
  run();
  visit(site, first);
  run();
  visit(site, first);
  visit(site, second);
  run();
  EXPECT_THAT(open(), ElementsAre(first));
}

TEST_F(RollerRoundTest, PutsOffADayThatFailsAndDoesTheOthers) {
  visit(site, first);
  visit(site, second);
  auto writer = database.connect();
  {
    Transaction hanging(writer);
    storage::announce(writer, {{site, second, std::nullopt}});
    EXPECT_EQ(run(), 1u);
    EXPECT_THAT(rounds.problem(), Not(IsEmpty()));
    EXPECT_THAT(closed(), ElementsAre(first));
    EXPECT_EQ(metrics.failures.Value(), 1);
    EXPECT_EQ(run(), 0u);
    EXPECT_EQ(metrics.failures.Value(), 1) << "it is not tried again at once";
  }
  clock.time = clock.time.load() + 1min;
  run();
  EXPECT_THAT(rounds.problem(), IsEmpty());
  EXPECT_THAT(closed(), ElementsAre(first, second));
}

TEST_F(RollerRoundTest, PutsOffTheDaysOfASiteWhoseRowsCannotBeRead) {
  const auto other = add_site("b.example", "Europe/Berlin");
  for (const auto of : {site, other}) visit(of, first);
  connection.execute("insert into pico.site_zones values ($1, 'infinity', 'Etc/UTC')", other);
  EXPECT_EQ(run(), 2u) << "the day and the month of the site that can be read";
  EXPECT_THAT(rounds.problem(), Not(IsEmpty()));
  EXPECT_THAT(closed(), ElementsAre(first));
  expect_exact(site);
  connection.execute("delete from pico.site_zones where from_instant = 'infinity'");
  clock.time = clock.time.load() + 1h;
  EXPECT_EQ(run(), 2u);
  EXPECT_THAT(rounds.problem(), IsEmpty());
  expect_exact(other);
}

TEST_F(RollerRoundTest, SumsUpAMonthOnlyWhenItIsOver) {
  visit(site, first);
  clock.time = TimeZone::find("Europe/Berlin")->day_start(november) + 60min - 1ms;
  EXPECT_EQ(run(), 1u);
  clock.time = clock.time.load() + 1h;
  EXPECT_EQ(run(), 1u);
  EXPECT_EQ(metrics.months.Value(), 1);
}

TEST_F(RollerRoundTest, TellsWhatItDidAndWhatWaits) {
  visit(site, first);
  visit(site, november);
  run();
  EXPECT_EQ(metrics.closed.Value(), 2);
  EXPECT_EQ(metrics.waiting.Value(), 0);
  visit(site, first);
  rounds.run(connection, [] { return true; });
  EXPECT_EQ(metrics.waiting.Value(), 1);
  run();
  EXPECT_EQ(metrics.repaired.Value(), 1);
  EXPECT_EQ(metrics.months.Value(), 2);
  EXPECT_EQ(metrics.waiting.Value(), 0);
}

TEST_F(RollerRoundTest, KeepsTheFeedShort) {
  visit(site, first);
  connection.execute("update pico.feed set created_at = now() - interval '1 hour'");
  run();
  EXPECT_EQ(number("select count(*) from pico.feed"), 0);
}

TEST_F(RollerRoundTest, LooksThroughAllRollupsForDamageRoundAndRound) {
  for (int day = 0; day < 9; ++day) visit(site, first - std::chrono::days(day));
  run();
  ASSERT_GT(number("select count(*) from pico.rollups"), 200);
  connection.execute("update pico.rollups set payload = '\\x01' where dimension = 8 and start in ('2026-10-24', '2026-10-17') or period = 1");
  for (int round = 0; round < 20; ++round) {
    clock.time = clock.time.load() + 1h;
    run();
  }
  EXPECT_EQ(number("select count(*) from pico.rollups where payload = '\\x01'"), 0);
  EXPECT_EQ(number("select count(*) from pico.rollups where period = 1 and dimension = 8"), 1);
  EXPECT_GT(metrics.damaged.Value(), 0);
  expect_exact(site);
}

TEST(RepairPace, DoublesTheWaitUpToABoundAndForgetsAfterQuiet) {
  RepairPace pace(10s, 60s);
  const Day day = 2026y / 10 / 24;
  Instant now = day + 12h;
  for (const auto wait : {10s, 20s, 40s, 60s, 60s}) {
    EXPECT_TRUE(pace.may(1, day, now));
    pace.worked_on(1, day, now);
    EXPECT_FALSE(pace.may(1, day, now + wait - 1ms));
    EXPECT_TRUE(pace.may(2, day, now));
    now += wait;
    EXPECT_TRUE(pace.may(1, day, now));
  }
  now += 60s + 1ms;
  pace.worked_on(1, day, now);
  EXPECT_TRUE(pace.may(1, day, now + 10s));
}

TEST(RepairPace, RemembersABoundedNumberOfDays) {
  RepairPace pace(10s, 60s, 3);
  const Day day = 2026y / 10 / 24;
  const Instant now = day + 12h;
  for (int site = 1; site <= 9; ++site) pace.worked_on(site, day, now);
  EXPECT_EQ(pace.size(), 3u);
  EXPECT_FALSE(pace.may(3, day, now));
  EXPECT_TRUE(pace.may(4, day, now));
  pace.worked_on(4, day, now + 1min);
  EXPECT_EQ(pace.size(), 1u) << "those that were quiet are forgotten";
}

}  // namespace
}  // namespace pico::stats
