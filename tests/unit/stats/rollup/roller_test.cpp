#include "pico/stats/roller.hpp"

#include <gmock/gmock.h>

#include <future>

#include "pico/storage/retention.hpp"
#include "rollup/day_roller.hpp"
#include "unit/stats/cube/day_facts.hpp"
#include "unit/stats/rollup/rolling.hpp"

namespace pico::stats {
namespace {

using storage::Transaction;
using testing::ElementsAre;
using testing::IsEmpty;

struct RollerTest : RollingTest {};

TEST(RollerFigures, EqualARecountOfTheRawRowsWhateverFactsThereAre) {
  DayFacts facts;
  for (int visitor = 1; visitor <= 60; ++visitor) facts.rewrite(facts.connection, visitor * 1024);
  facts.connection.execute("insert into pico.site_days (site_id, day) values ($1, $2)", facts.site, facts.day);
  metrics::Registry registry;
  SetClock clock;
  clock.time = facts.end() + 60min;
  Roller roller({.database = {}, .interval = 1s, .close_after = 60min}, registry, clock);
  EXPECT_EQ(roller.run_once(facts.connection), 1u);

  RollupStore store(1u << 20, registry);
  Transaction transaction(facts.connection, storage::Isolation::repeatable_read);
  const auto covered = store.coverage(facts.connection, facts.site, facts.day, facts.day);
  ASSERT_THAT(covered.closed, ElementsAre(facts.day));
  const Recount recount(facts.connection, facts.site, facts.day, facts.calendar);
  ASSERT_GT(recount.visits(), 20u);
  for (const auto dimension : rolled_up_dimensions()) {
    EXPECT_EQ(*store.fold(facts.connection, covered, dimension, facts.day, facts.day), recount.by(dimension)) << name_of({dimension});
  }
}

TEST_F(RollerTest, ClosesDaysThatAreOverAndSumsUpTheirMonth) {
  visit(site, first, 5);
  visit(site, second, 7);
  visit(site, november, 3);
  EXPECT_EQ(roll(), 4u) << "three days and October";
  EXPECT_THAT(closed(), ElementsAre(first, second, november));
  EXPECT_THAT(open(), IsEmpty());
  EXPECT_EQ(number("select count(distinct start) from pico.rollups where period = 1"), 1);
  expect_exact(site);
  EXPECT_EQ(roll(), 0u) << "nothing is due any more";
}

TEST_F(RollerTest, StoresNoEmptyTables) {
  visit(site, first);
  connection.execute("insert into pico.site_days (site_id, day) values ($1, $2)", site, second);
  roll();
  EXPECT_THAT(closed(), ElementsAre(first, second));
  EXPECT_EQ(number("select count(*) from pico.rollups where start = '2026-10-25'"), 0);
  expect_exact(site);
}

TEST_F(RollerTest, ClosesADayWhenItHasBeenOverForAWhileInTheSitesOwnZone) {
  const auto auckland = add_site("nz.example", "Pacific/Auckland");
  const auto hawaii = add_site("hi.example", "Pacific/Honolulu");
  for (const auto of : {site, auckland, hawaii}) visit(of, second);
  for (const auto& [of, zone] : {std::pair{auckland, "Pacific/Auckland"}, {site, "Europe/Berlin"}, {hawaii, "Pacific/Honolulu"}}) {
    const auto due = TimeZone::find(zone)->day_start(third) + 60min;
    clock.time = due - 1ms;
    EXPECT_EQ(roll(), 0u) << zone;
    clock.time = due;
    EXPECT_EQ(roll(), 1u) << zone;
    EXPECT_THAT(store.coverage(watcher, of, second, second).closed, ElementsAre(second)) << zone;
  }
}

TEST_F(RollerTest, ClosesADayThatAChangeOfZoneMadeLongerAtItsLongerEnd) {
  visit(site, second);
  const auto midnight = TimeZone::find("Europe/Berlin")->day_start(third);
  ASSERT_TRUE(storage::set_site_time_zone(connection, "a.example", *TimeZone::find("America/New_York"), midnight - 2h));
  visit(site, second);
  clock.time = midnight + 60min;
  EXPECT_EQ(roll(), 0u) << "in New York it is still that day";
  clock.time = TimeZone::find("America/New_York")->day_start(third) + 60min;
  EXPECT_EQ(roll(), 1u);
  expect_exact(site);
}

TEST_F(RollerTest, ClosesADayThatAChangeOfZoneLeftOutWithTheFactsThatItHas) {
  const auto pago_pago = *TimeZone::find("Pacific/Pago_Pago");
  const auto islands = add_site("a.islands.example", "Pacific/Pago_Pago");
  const auto kiritimati = *TimeZone::find("Pacific/Kiritimati");
  const auto change = *storage::set_site_time_zone(connection, "a.islands.example", kiritimati, pago_pago.day_start(first));
  ASSERT_EQ(change, pago_pago.day_start(second));
  const auto calendar = Calendar::of_site(connection, islands);
  ASSERT_EQ(calendar.day_start(second), calendar.day_start(third)) << "at that moment it is the day after next";
  visit(islands, second);  // of an instance that has not heard of the change yet
  EXPECT_EQ(roll(), 2u) << "the day and its month";
  EXPECT_THAT(store.coverage(watcher, islands, second, second).closed, ElementsAre(second));
  expect_exact(islands);
}

TEST_F(RollerTest, RepairsADayAndItsMonthAfterALateEvent) {
  visit(site, first, 2);
  visit(site, second, 2);
  roll();
  visit(site, second);
  EXPECT_THAT(closed(), ElementsAre(first));
  EXPECT_THAT(open(), ElementsAre(second)) << "until it is repaired, readers count it anew";
  expect_exact(site);
  EXPECT_EQ(roll(), 2u) << "the day and its month";
  EXPECT_THAT(closed(), ElementsAre(first, second));
  EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 0);
  expect_exact(site);
}

TEST_F(RollerTest, AddsADayThatALateEventBeganToItsMonth) {
  visit(site, first);
  roll();
  visit(site, third);
  EXPECT_EQ(roll(), 2u);
  EXPECT_THAT(closed(), ElementsAre(first, third));
  EXPECT_EQ(number("select count(*) from pico.rollups where period = 1 and dimension = 0"), 1);
  expect_exact(site);
}

TEST_F(RollerTest, WaitsForABatchThatHasAnnouncedBeforeTheDayIsClosed) {
  visit(site, first);
  auto writer = database.connect();
  std::future<std::size_t> rolled;
  {
    Transaction batch(writer);
    insert_visit(writer, site, first);
    storage::announce(writer, {{site, first, std::nullopt}});
    rolled = std::async(std::launch::async, [&] {
      for (;;) {
        try {
          return roll();
        } catch (const storage::DatabaseError& error) {
          if (!error.is_lock_timeout()) throw;  // this machine was too slow for it
        }
      }
    });
    await_waiting();
    EXPECT_EQ(number("select count(*) from pico.rollups"), 0);
    batch.commit();
  }
  EXPECT_EQ(rolled.get(), 2u);
  EXPECT_THAT(open(), IsEmpty());
  EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 0);
  expect_exact(site);
}

TEST_F(RollerTest, LosesNothingOfABatchThatAnnouncesAfterTheDayWasClosed) {
  visit(site, first);
  auto writer = database.connect();
  Transaction batch(writer);
  insert_visit(writer, site, first);
  roll();
  EXPECT_THAT(closed(), ElementsAre(first));
  storage::announce(writer, {{site, first, std::nullopt}});
  EXPECT_THAT(closed(), ElementsAre(first)) << "not committed yet";
  expect_exact(site);
  batch.commit();
  EXPECT_THAT(open(), ElementsAre(first));
  EXPECT_EQ(roll(), 2u);
  EXPECT_THAT(closed(), ElementsAre(first));
  expect_exact(site);
}

TEST_F(RollerTest, KeepsTheMarkOfABatchThatCommitsWhileTheDayIsCounted) {
  visit(site, first);
  note_closing(connection, site, first);
  auto holder = database.connect();
  std::future<bool> rolled;
  {
    // Its first row has to wait for one of the same key, until that is undone.
    Transaction holding(holder);
    holder.execute("insert into pico.rollups values ($1, 0, $2, 0, '')", site, first);
    rolled = std::async(std::launch::async, [&] {
      auto own = database.connect();
      return roll_day(own, site, first);
    });
    await_waiting();
    EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 0);
    visit(site, first);
  }
  EXPECT_TRUE(rolled.get());
  EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 1);
  EXPECT_THAT(open(), ElementsAre(first));
  roll();
  EXPECT_THAT(closed(), ElementsAre(first));
  expect_exact(site);
}

TEST_F(RollerTest, TakesTheMarkOfABatchThatCommitsBeforeTheDayIsCounted) {
  visit(site, first);
  note_closing(connection, site, first);
  visit(site, first);
  EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 1);
  EXPECT_EQ(roll(), 2u);
  EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 0);
  expect_exact(site);
}

TEST_F(RollerTest, GoesOnAfterACrashBetweenItsTwoTransactions) {
  visit(site, first, 3);
  note_closing(connection, site, first);
  EXPECT_THAT(open(), ElementsAre(first));
  EXPECT_EQ(roll(), 2u);
  EXPECT_THAT(closed(), ElementsAre(first));
  expect_exact(site);
}

TEST_F(RollerTest, LeavesNothingHalfDoneWhenItsSessionEnds) {
  visit(site, first, 3);
  roll();
  visit(site, first);
  const auto before = number("select sum(hashtext(payload::text)) from pico.rollups");
  auto holder = database.connect();
  {
    Transaction holding(holder);
    holder.execute("select from pico.site_days for update");
    auto rolled = std::async(std::launch::async, [&] {
      auto own = database.connect();
      EXPECT_THROW(roll_day(own, site, first), storage::DatabaseError);
    });
    await_waiting();
    watcher.execute("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()");
    rolled.get();
  }
  EXPECT_EQ(number("select sum(hashtext(payload::text)) from pico.rollups"), before);
  EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 1);
  EXPECT_EQ(roll(), 2u);
  expect_exact(site);
}

TEST_F(RollerTest, CountsAgainWhenSomebodyElseChangedTheSitesRollupsMeanwhile) {
  visit(site, first, 3);
  note_closing(connection, site, first);
  auto other = database.connect();
  std::future<bool> rolled;
  {
    Transaction changing(other);
    raise_version(other, site);
    rolled = std::async(std::launch::async, [&] {
      auto own = database.connect();
      return roll_day(own, site, first);
    });
    await_waiting();
    changing.commit();
  }
  EXPECT_TRUE(rolled.get());
  EXPECT_THAT(closed(), ElementsAre(first));
  expect_exact(site);
}

TEST_F(RollerTest, RollsEachDayOnceWhenTwoWorkAtTheSameTime) {
  for (int day = 0; day < 8; ++day) visit(site, first - std::chrono::days(day), 2);
  const auto run = [&] {
    auto own = database.connect();
    return roller.run_once(own);
  };
  auto one = std::async(std::launch::async, run), other = std::async(std::launch::async, run);
  EXPECT_EQ(one.get() + other.get(), 9u);
  EXPECT_EQ(closed().size(), 8u);
  expect_exact(site);
}

TEST_F(RollerTest, RemovesWhatIsLeftOfADayThatIsGone) {
  visit(site, first);
  visit(site, second);
  roll();
  connection.execute("delete from pico.visits where day = '2026-10-24'; delete from pico.events where day = '2026-10-24';"
                     "delete from pico.engagement where day = '2026-10-24'; delete from pico.site_days where day = '2026-10-24';"
                     "insert into pico.rollup_marks (site_id, day) select site_id, '2026-10-24' from pico.sites");
  roll();
  EXPECT_EQ(number("select count(*) from pico.rollup_marks"), 0);
  EXPECT_EQ(number("select count(*) from pico.rollups where period = 0 and start = '2026-10-24'"), 0);
  EXPECT_THAT(closed(), ElementsAre(second));
  expect_exact(site);
}

TEST_F(RollerTest, AgreesWithRetentionAboutDaysThatGo) {
  for (const auto day : {first, second, third, november}) visit(site, day, 3);
  roll();
  const auto before = coverage(october, november).version;
  clock.time = Day(2026y / 11 / 20) + 12h;
  storage::prune(connection, {.prune_days = 25}, clock.time);  // the 25th of October goes, and what is before
  EXPECT_GT(coverage(october, november).version, before);
  EXPECT_THAT(closed(), ElementsAre(third, november));
  expect_exact(site);
  roll();
  EXPECT_THAT(closed(), ElementsAre(third, november));
  EXPECT_THAT(open(), IsEmpty());
  EXPECT_EQ(number("select count(*) from pico.rollups where period = 0 and start < '2026-10-26'"), 0);
  EXPECT_EQ(number("select count(*) from pico.rollups where period = 1 and dimension = 0"), 1);
  expect_exact(site);
}

TEST_F(RollerTest, MakesAnewWhatCannotBeRead) {
  visit(site, first, 3);
  visit(site, second, 3);
  roll();
  connection.execute("update pico.rollups set payload = '\\x01' where dimension = 1");
  while (roll() > 0) expect_exact(site);
  EXPECT_EQ(number("select count(*) from pico.rollups where payload = '\\x01'"), 0);
  EXPECT_EQ(number("select count(*) from pico.rollups where period = 1 and dimension = 1"), 1);
  EXPECT_THAT(closed(), ElementsAre(first, second));
  expect_exact(site);
}

TEST_F(RollerTest, WorksOnItsOwnThreadAndLeavesTheWorkToOneInstance) {
  visit(site, first, 3);
  Roller other(options, registry, clock);
  roller.start();
  other.start();
  await([&] { return number("select count(*) from pico.rollups where period = 1 and dimension = 0") == 1; });
  visit(site, first);
  clock.time = clock.time.load() + 1h;  // no pace to keep
  await([&] { return number("select count(*) from pico.rollup_marks") == 0; });
  roller.stop();
  other.stop();
  EXPECT_THAT(closed(), ElementsAre(first));
  expect_exact(site);
}

TEST_F(RollerTest, ReconnectsAndGoesOn) {
  roller.start();
  await([&] { return number("select count(*) from pg_stat_activity where datname = current_database()") == 3; });
  database.drop_connections();
  connection = database.connect();
  watcher = database.connect();
  visit(site, first);
  await([&] { return number("select count(*) from pico.site_days where rolled") == 1; });
  roller.stop();
  expect_exact(site);
}

TEST_F(RollerTest, OutlivesARowThatCannotBeReadAndGoesOnOnceItIsGone) {
  visit(site, first);
  connection.execute("insert into pico.site_days (site_id, day) values ($1, '-infinity')", site);
  roller.start();
  await([&] {  // until a round has ended
    return number("select count(*) from pg_stat_activity where query like '%pg_advisory_unlock%' and pid <> pg_backend_pid()"
                  " and datname = current_database()") > 0;
  });
  connection.execute("delete from pico.site_days where day = '-infinity'");
  await([&] { return number("select count(*) from pico.site_days where rolled") == 1; });
  roller.stop();
  expect_exact(site);
}

TEST_F(RollerTest, StopsAtOnceWhileItWaitsForSomething) {
  visit(site, first);
  note_closing(connection, site, first);
  auto holder = database.connect();
  Transaction holding(holder);
  holder.execute("select from pico.site_days for update");
  roller.start();
  await_waiting();
  roller.stop();  // would hang for ever
  EXPECT_THAT(open(), ElementsAre(first));
}

}  // namespace
}  // namespace pico::stats
