#include <gmock/gmock.h>

#include "pico/stats/service.hpp"
#include "pico/storage/retention.hpp"
#include "unit/stats/rollup/rolling.hpp"

/// Figures after retention and removals: what is asked of a service that remembers how it was before equals a recount of what is left.
namespace pico::stats {
namespace {

struct DeletionTest : RollingTest {
  DeletionTest() {
    storage::ensure_partitions(connection, std::vector<Day>{2026y / 9 / 1});
    for (const auto day : {Day(2026y / 9 / 30), first, second, third, november, Day(2026y / 11 / 19), Day(2026y / 11 / 20)}) {
      visit(site, day, 6);
      visit(other_site, day, 4);
    }
    connection.execute("update pico.pages set last_month = '2026-11-01'; update pico.acquisitions set last_month = '2026-11-01'");
    make_bots(november, 5);
    clock.time = Day(2026y / 11 / 20) + 12h;
    roll();
  }
  /// Visits that are already there become those of a bot.
  void make_bots(Day day, int count) {
    storage::Transaction transaction(connection);
    connection.execute("update pico.visits set bot = 2 where site_id = $1 and day = $2 and visit_id in (select visit_id from pico.visits "
                       "where site_id = $1 and day = $2 order by visit_id limit $3)",
                       site, day, count);
    storage::announce(connection, {{site, day, std::nullopt}});
    transaction.commit();
  }
  std::string asked(const std::string& domain, std::vector<DimensionRef> dimensions) {
    const auto answer = service.answer(watcher, Query{.site = domain,
                                                      .range = DayRange{2026y / 9 / 1, 2026y / 11 / 20},
                                                      .metrics = {Metric::visitors, Metric::visits, Metric::pageviews},
                                                      .dimensions = std::move(dimensions)});
    if (!answer) return answer.error().message;
    std::vector<std::string> rows;
    for (const auto& row : answer->rows) {
      std::string line = row.dimensions.empty() ? "" : row.dimensions[0] + " ";
      for (const auto& value : row.metrics) line += std::to_string(std::get<std::int64_t>(value)) + " ";
      if (!line.ends_with("0 0 0 ")) rows.push_back(line);
    }
    std::sort(rows.begin(), rows.end());
    std::string out;
    for (const auto& row : rows) out += row + "\n";
    return out;
  }
  /// The same out of the rows of pico.visits. group: an SQL expression.
  std::string recounted(const std::string& domain, const std::string& group) {
    return std::string(
        watcher
            .execute("select coalesce(string_agg(line, '' order by line collate \"C\"), '') from (select " + group +
                         " || count(distinct (v.day, visit_id & -1024)) || ' ' || count(*) || ' ' || sum(pageviews) || e' \\n' as line "
                         "from pico.visits v join pico.sites s using (site_id) join pico.acquisitions a using (site_id, acquisition_id) "
                         "join pico.devices d using (device_id) where domain = $1 and bot = 0 and events > 0 group by " +
                         group + ") t",
                     domain)
            .text(0, 0));
  }
  void expect_answers_to_equal_a_recount() {
    for (const std::string domain : {"a.example", "b.example"}) {
      SCOPED_TRACE(domain);
      EXPECT_EQ(asked(domain, {}), recounted(domain, "left(domain, 0)"));
      EXPECT_EQ(asked(domain, {{Dimension::day}}), recounted(domain, "v.day || ' '"));
      EXPECT_EQ(asked(domain, {{Dimension::source}}), recounted(domain, "source || ' '"));
      EXPECT_EQ(asked(domain, {{Dimension::browser}}), recounted(domain, "browser || ' '"));
    }
  }

  storage::SiteId other_site = add_site("b.example", "Pacific/Auckland");
  Service service{{}, registry, clock};
};

TEST_F(DeletionTest, FiguresAreThoseOfWhatRetentionLeaves) {
  expect_answers_to_equal_a_recount();
  const auto before = asked("a.example", {});
  for (const int days : {20, 1}) {
    const auto pruned = storage::prune(connection, {.prune_days = days}, clock.now());
    EXPECT_GT(pruned.visits, 0u);
    expect_answers_to_equal_a_recount();
    roll();
    expect_answers_to_equal_a_recount();
    expect_exact(site);
  }
  EXPECT_NE(asked("a.example", {}), before);
}

TEST_F(DeletionTest, FiguresStayWhenOnlyBotsGo) {
  const auto before = asked("a.example", {{Dimension::day}});
  EXPECT_EQ(storage::prune(connection, {.bot_prune_days = 7}, clock.now()).visits, 5u);
  EXPECT_EQ(asked("a.example", {{Dimension::day}}), before);
  roll();
  EXPECT_EQ(asked("a.example", {{Dimension::day}}), before);
  expect_answers_to_equal_a_recount();
}

TEST_F(DeletionTest, ALateEventOfADayThatWasPrunedIsCountedUntilItIsPrunedAgain) {
  storage::prune(connection, {.prune_days = 20}, clock.now());
  asked("a.example", {});
  visit(site, third);
  expect_answers_to_equal_a_recount();
  roll();
  expect_answers_to_equal_a_recount();
  storage::prune(connection, {.prune_days = 20}, clock.now());
  expect_answers_to_equal_a_recount();
}

TEST_F(DeletionTest, ARemovedSiteHasNoFiguresAndTheOthersKeepTheirs) {
  expect_answers_to_equal_a_recount();
  const auto before = asked("b.example", {{Dimension::day}});
  ASSERT_TRUE(storage::remove_site(connection, "a.example"));
  EXPECT_EQ(service.answer(watcher, Query{.site = "a.example", .range = RelativeRange{Period::all}, .metrics = {Metric::visits}}).error().code,
            Errc::not_found);
  EXPECT_EQ(asked("b.example", {{Dimension::day}}), before);
  roll();
  EXPECT_EQ(number("select count(*) from pico.rollups where site_id = " + std::to_string(site)), 0);
  site = add_site("a.example", "UTC");
  visit(site, Day(2026y / 11 / 20), 2);
  expect_answers_to_equal_a_recount();
}

}  // namespace
}  // namespace pico::stats
