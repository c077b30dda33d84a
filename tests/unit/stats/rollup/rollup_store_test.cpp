#include "rollup/rollup_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "groups.hpp"
#include "rollup/month_roller.hpp"
#include "rollup/rollup_table.hpp"
#include "support/test_postgres.hpp"

namespace pico::stats {
namespace {

using storage::Isolation;
using storage::Transaction;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr storage::SiteId site = 7;

Day date(unsigned month, unsigned day) {
  return std::chrono::year(2026) / static_cast<int>(month) / static_cast<int>(day);
}

Table table(std::initializer_list<std::pair<const char*, std::int64_t>> rows) {
  Table table;
  for (const auto& [value, visits] : rows) table[value].visits = visits;
  return table;
}

class RollupStoreTest : public testing::Test {
 protected:
  /// A closed day with those pages; its totals are their sum.
  void close(Day day, const Table& pages) {
    Transaction transaction(connection_);
    connection_.execute(
        "insert into pico.site_days (site_id, day, closing, rolled) values ($1, $2, true, true) "
        "on conflict (site_id, day) do update set rolled = true",
        site, day);
    delete_rollups(connection_, site, RollupPeriod::day, day);
    if (!pages.empty()) {
      write_rollup(connection_, site, RollupPeriod::day, day, Dimension::page, pages);
      write_rollup(connection_, site, RollupPeriod::day, day, Dimension::none, {{"", total(pages)}});
    }
    raise_version(connection_, site);
    transaction.commit();
  }
  void open(Day day) { connection_.execute("insert into pico.site_days (site_id, day) values ($1, $2)", site, day); }
  void mark(storage::Connection& connection, Day day) {
    connection.execute("insert into pico.rollup_marks (site_id, day) values ($1, $2)", site, day);
  }
  /// A month of these days with pages of its own, so that an answer shows whether it was used.
  void close_month(Day month, const std::vector<Day>& days, const Table& pages) {
    Transaction transaction(connection_);
    Table by_day;
    for (const auto day : days) by_day[to_string(day)].visits = 1000;
    write_rollup(connection_, site, RollupPeriod::month, month, days_of_month, by_day);
    write_rollup(connection_, site, RollupPeriod::month, month, Dimension::page, pages);
    raise_version(connection_, site);
    transaction.commit();
  }
  static Figures total(const Table& table) {
    Figures total;
    for (const auto& [value, figures] : table) total += figures;
    return total;
  }
  void damage(RollupPeriod period, Dimension dimension) {
    connection_.execute("update pico.rollups set payload = set_byte(payload, 0, 99) where period = $1 and dimension = $2",
                        static_cast<int>(period), static_cast<int>(dimension));
  }

  Coverage coverage(Day first, Day last) { return store_.coverage(connection_, site, first, last); }
  /// One question in a transaction of its own.
  Table pages(Day first, Day last) {
    Transaction transaction(connection_, Isolation::repeatable_read);
    return *store_.fold(connection_, coverage(first, last), Dimension::page, first, last);
  }
  std::map<Day, Table> by_day(RollupStore& store, Dimension dimension, Day first, Day last) {
    std::map<Day, Table> days;
    Transaction transaction(connection_, Isolation::repeatable_read);
    const auto covered = store.coverage(connection_, site, first, last);
    store.each_day(connection_, covered, dimension, first, last, [&](Day day, const Table& figures) { days.emplace(day, figures); });
    return days;
  }
  double misses() { return registry_.counter("picolytics_rollup_cache_requests_total", "", {{"result", "miss"}}).Value(); }

  test::TestDatabase database_ = test::TestDatabase::migrated();
  storage::Connection connection_ = database_.connect();
  metrics::Registry registry_;
  RollupStore store_{1 << 20, registry_};
};

TEST_F(RollupStoreTest, TellsWhichDaysAreClosedAndWhichAreOpen) {
  close(date(3, 1), table({{"/", 1}}));
  close(date(3, 2), {});
  close(date(3, 3), table({{"/", 1}}));
  open(date(3, 5));
  mark(connection_, date(3, 3));
  mark(connection_, date(3, 3));
  close(date(4, 1), table({{"/", 1}}));
  open(date(4, 2));
  for (int again = 0; again < 2; ++again) {
    const auto seen = coverage(date(3, 1), date(3, 31));
    EXPECT_THAT(seen.closed, ElementsAre(date(3, 1), date(3, 2)));
    EXPECT_THAT(seen.open, ElementsAre(date(3, 3), date(3, 5)));
    EXPECT_GT(seen.version, 0);
  }
}

TEST_F(RollupStoreTest, KnowsNothingOfASiteWithoutFacts) {
  const auto seen = coverage(date(3, 1), date(3, 31));
  EXPECT_THAT(seen.closed, IsEmpty());
  EXPECT_THAT(seen.open, IsEmpty());
  EXPECT_THAT(pages(date(3, 1), date(3, 31)), IsEmpty());
}

TEST_F(RollupStoreTest, KeepsSitesApart) {
  close(date(3, 1), table({{"/", 1}}));
  EXPECT_THAT(store_.coverage(connection_, site + 1, date(3, 1), date(3, 31)).closed, IsEmpty());
}

TEST_F(RollupStoreTest, SumsTheClosedDaysOfTheRange) {
  close(date(3, 1), table({{"/a", 1}, {"/b", 10}}));
  close(date(3, 2), table({{"/a", 2}, {"/c", 20}}));
  close(date(3, 3), table({{"/a", 4}}));
  open(date(3, 4));
  EXPECT_EQ(pages(date(3, 1), date(3, 2)), table({{"/a", 3}, {"/b", 10}, {"/c", 20}}));
  EXPECT_EQ(pages(date(3, 2), date(3, 31)), table({{"/a", 6}, {"/c", 20}}));
}

TEST_F(RollupStoreTest, FoldsPartOfACoverage) {
  for (unsigned day = 1; day <= 5; ++day) close(date(3, day), table({{"/", 1 << day}}));
  Transaction transaction(connection_, Isolation::repeatable_read);
  const auto all = coverage(date(3, 1), date(3, 5));
  EXPECT_EQ(*store_.fold(connection_, all, Dimension::page, date(3, 2), date(3, 3)), table({{"/", 4 + 8}}));
  EXPECT_EQ(*store_.fold(connection_, all, Dimension::page, date(3, 6), date(3, 9)), table({}));
}

TEST_F(RollupStoreTest, ReadsMoreDaysThanFitInOneQuery) {
  for (auto day = date(1, 1); day < date(6, 1); day += std::chrono::days(1)) close(day, table({{"/", 1}}));
  EXPECT_EQ(pages(date(1, 1), date(12, 31)), table({{"/", 151}}));
}

TEST_F(RollupStoreTest, TakesAMonthThatWasMadeOfExactlyTheDaysAskedFor) {
  close(date(3, 4), table({{"/", 1}}));
  close(date(3, 9), table({{"/", 1}}));
  close(date(4, 1), table({{"/", 1}}));
  close_month(date(3, 1), {date(3, 4), date(3, 9)}, table({{"/month", 1}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/month", 1}}));
  EXPECT_EQ(pages(date(3, 4), date(4, 30)), table({{"/month", 1}, {"/", 1}}));
  EXPECT_EQ(pages(date(3, 5), date(3, 31)), table({{"/", 1}}));
}

TEST_F(RollupStoreTest, LeavesAMonthThatWasMadeOfOtherDays) {
  close(date(3, 4), table({{"/", 1}}));
  close(date(3, 9), table({{"/", 1}}));
  close_month(date(3, 1), {date(3, 4), date(3, 9), date(3, 10)}, table({{"/month", 1}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 2}}));
}

TEST_F(RollupStoreTest, LeavesAMonthOfWhichADayIsMarked) {
  close(date(3, 4), table({{"/", 1}}));
  close(date(3, 9), table({{"/", 1}}));
  close_month(date(3, 1), {date(3, 4), date(3, 9)}, table({{"/month", 1}}));
  mark(connection_, date(3, 9));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 1}}));
}

TEST_F(RollupStoreTest, TakesAMonthBesideWhichADayIsStillOpen) {
  close(date(3, 4), table({{"/", 1}}));
  close_month(date(3, 1), {date(3, 4)}, table({{"/month", 1}}));
  open(date(3, 9));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/month", 1}}));
}

TEST_F(RollupStoreTest, TakesAMonthWithoutARowOfTheDimensionAsEmpty) {
  close(date(3, 4), table({{"/", 1}}));
  close_month(date(3, 1), {date(3, 4)}, {});
  connection_.execute("delete from pico.rollups where period = 1 and dimension = 1");
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({}));
}

TEST_F(RollupStoreTest, AnswersTheSecondTimeFromMemory) {
  close(date(3, 1), table({{"/", 1}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 1}}));
  const auto before = misses();
  connection_.execute("delete from pico.rollups");  // without a new version, so that an answer from there would show
  EXPECT_EQ(pages(date(3, 1), date(3, 20)), table({{"/", 1}}));
  EXPECT_EQ(misses(), before);
}

TEST_F(RollupStoreTest, ReadsAnewWhenTheVersionRises) {
  close(date(3, 1), table({{"/", 1}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 1}}));
  close(date(3, 1), table({{"/", 5}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 5}}));
  close(date(3, 2), table({{"/", 10}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 15}}));
}

TEST_F(RollupStoreTest, DoesNotGiveWhatItKeepsToWhoSeesAMark) {
  close(date(3, 1), table({{"/", 1}}));
  close(date(3, 2), table({{"/", 2}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 3}}));
  mark(connection_, date(3, 2));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 1}}));
  connection_.execute("delete from pico.rollup_marks");
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 3}}));
}

TEST_F(RollupStoreTest, GivesEveryTransactionTheFiguresOfItsOwnSnapshot) {
  close(date(3, 1), table({{"/", 1}}));
  close(date(3, 2), table({{"/", 2}}));
  auto other = database_.connect();
  Transaction old(other, Isolation::repeatable_read);
  const auto old_coverage = store_.coverage(other, site, date(3, 1), date(3, 31));
  close(date(3, 2), table({{"/", 20}}));
  mark(connection_, date(3, 1));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 20}}));
  EXPECT_EQ(*store_.fold(other, old_coverage, Dimension::page, date(3, 1), date(3, 31)), table({{"/", 3}}));
  EXPECT_EQ(store_.coverage(other, site, date(3, 1), date(3, 31)).version, old_coverage.version);
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/", 20}}));
}

TEST_F(RollupStoreTest, GivesFiguresDayByDay) {
  close(date(3, 1), table({{"/a", 1}}));
  close(date(3, 2), {});
  close(date(3, 4), table({{"/b", 4}}));
  open(date(3, 5));
  const auto expected = std::map<Day, Table>{{date(3, 1), table({{"/a", 1}})}, {date(3, 4), table({{"/b", 4}})}};
  EXPECT_EQ(by_day(store_, Dimension::page, date(3, 1), date(3, 31)), expected);
  connection_.execute("delete from pico.rollups");
  EXPECT_EQ(by_day(store_, Dimension::page, date(3, 1), date(3, 31)), expected) << "from memory";
}

TEST_F(RollupStoreTest, GivesDaysOneByOneThatAreTooMuchToKeep) {
  RollupStore small(8 * 2000, registry_);
  for (unsigned day = 1; day <= 20; ++day) close(date(3, day), table({{"/a", day}}));
  for (int again = 0; again < 2; ++again) {
    const auto days = by_day(small, Dimension::page, date(3, 1), date(3, 31));
    EXPECT_EQ(days.size(), 20u);
    EXPECT_EQ(days.at(date(3, 7)), table({{"/a", 7}}));
  }
  EXPECT_LE(registry_.gauge("picolytics_rollup_cache_bytes", "").Value(), 2000);
}

TEST_F(RollupStoreTest, TakesTotalsDayByDayFromMonths) {
  close(date(3, 1), table({{"/a", 1}}));
  close(date(3, 2), table({{"/a", 2}}));
  close(date(4, 1), table({{"/a", 3}}));
  close_month(date(3, 1), {date(3, 1), date(3, 2)}, {});
  mark(connection_, date(3, 2));
  EXPECT_EQ(by_day(store_, Dimension::none, date(3, 1), date(4, 30)),
            (std::map<Day, Table>{{date(3, 1), table({{"", 1000}})}, {date(4, 1), table({{"", 3}})}}));
}

TEST_F(RollupStoreTest, RefusesToMakeATableThatIsTooLarge) {
  RollupStore bounded(1 << 20, registry_, 3);
  close(date(3, 1), table({{"/a", 1}, {"/b", 1}, {"/c", 1}}));
  close(date(3, 2), table({{"/d", 2}}));
  Transaction transaction(connection_, Isolation::repeatable_read);
  const auto covered = bounded.coverage(connection_, site, date(3, 1), date(3, 2));
  EXPECT_EQ(bounded.fold(connection_, covered, Dimension::page, date(3, 1), date(3, 1))->size(), 3u);
  EXPECT_THROW(bounded.fold(connection_, covered, Dimension::page, date(3, 1), date(3, 2)), TooManyGroups);
}

TEST_F(RollupStoreTest, TakesTheDaysOfAMonthThatWasTooLargeToSumUp) {
  close(date(3, 1), table({{"/a", 1}}));
  close(date(3, 2), table({{"/b", 2}}));
  ASSERT_TRUE(roll_month(connection_, {site, date(3, 1)}, 1));
  EXPECT_EQ(connection_.execute("select from pico.rollups where period = 1 and payload = ''").size(), 1u) << "pages; there is one total";
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/a", 1}, {"/b", 2}}));
  EXPECT_EQ(registry_.counter("picolytics_rollups_damaged_total", "").Value(), 0);
}

TEST_F(RollupStoreTest, WorksWithoutRoomToKeepAnything) {
  RollupStore forgetful(0, registry_);
  close(date(3, 1), table({{"/a", 1}}));
  close_month(date(3, 1), {date(3, 1)}, table({{"/month", 1}}));
  close(date(4, 1), table({{"/b", 2}}));
  Transaction transaction(connection_, Isolation::repeatable_read);
  const auto seen = forgetful.coverage(connection_, site, date(3, 1), date(4, 30));
  EXPECT_EQ(*forgetful.fold(connection_, seen, Dimension::page, date(3, 1), date(4, 30)), table({{"/month", 1}, {"/b", 2}}));
}

TEST_F(RollupStoreTest, TakesTheDaysWhenAMonthCannotBeRead) {
  close(date(3, 1), table({{"/a", 1}}));
  close(date(3, 2), table({{"/a", 2}}));
  close_month(date(3, 1), {date(3, 1), date(3, 2)}, table({{"/month", 1}}));
  damage(RollupPeriod::month, Dimension::page);
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/a", 3}}));
}

TEST_F(RollupStoreTest, LeavesAMonthWhoseDaysCannotBeRead) {
  close(date(3, 1), table({{"/a", 1}}));
  close_month(date(3, 1), {date(3, 1)}, table({{"/month", 1}}));
  damage(RollupPeriod::month, days_of_month);
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/a", 1}}));
}

TEST_F(RollupStoreTest, CountsADayAnewWhoseRollupCannotBeRead) {
  close(date(3, 1), table({{"/a", 1}}));
  close(date(3, 2), table({{"/a", 2}}));
  connection_.execute("update pico.rollups set payload = '\\x0100' where start = $1", date(3, 2));
  // There are no facts: the day's own figures are none.
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/a", 1}}));
  const auto seen = coverage(date(3, 1), date(3, 31));
  EXPECT_THAT(seen.closed, ElementsAre(date(3, 1)));
  EXPECT_THAT(seen.open, ElementsAre(date(3, 2)));
  EXPECT_EQ(registry_.counter("picolytics_rollups_damaged_total", "").Value(), 1);
  close(date(3, 2), table({{"/a", 2}}));
  EXPECT_EQ(pages(date(3, 1), date(3, 31)), table({{"/a", 3}}));
}

}  // namespace
}  // namespace pico::stats
