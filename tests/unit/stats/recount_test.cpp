// Every figure equals a recount of the raw rows (docs/stats.md), through everything that can happen to rows, rollups and cubes.
#include <condition_variable>
#include <thread>

#include "pico/storage/retention.hpp"
#include "recount_fixture.hpp"
#include "support/recount/rules.hpp"

namespace pico::stats {
namespace {

using namespace std::chrono_literals;
using D = Dimension;
using test::all_dimensions;
using test::all_metrics;
using test::all_ranges;

Filter where(DimensionRef dimension, Operator op, std::vector<std::string> values) {
  return Filter::of({std::move(dimension), op, std::move(values)});
}

/// All metrics that can be asked with these dimensions and filters, in one question.
Query everything(const std::string& site, RangeSpec range, std::vector<DimensionRef> dimensions, std::vector<Filter> filters = {}) {
  Query query{.site = site, .range = std::move(range), .metrics = {}};
  query.dimensions = std::move(dimensions);
  query.filters = std::move(filters);
  query.totals = true;
  for (const auto metric : all_metrics()) {
    if (test::is_possible(metric, query)) query.metrics.push_back(metric);
  }
  return query;
}

struct Everything : RecountTest {
  void check_every_dimension(const std::string& site, const RangeSpec& range, const std::vector<Filter>& filters = {}) {
    check(everything(site, range, {}, filters));
    for (const auto& dimension : all_dimensions()) check(everything(site, range, {dimension}, filters));
  }
  /// By each metric alone, too: which ones are asked decides on the way.
  void check_every_metric(const std::string& site, const RangeSpec& range) {
    for (const auto& dimension : all_dimensions()) {
      for (const auto metric : everything(site, range, {dimension}).metrics) {
        check(Query{.site = site, .range = range, .metrics = {metric}, .dimensions = {dimension}});
      }
    }
  }
  void check_all() {
    for (const auto& range : all_ranges()) check_every_dimension("shop.example", range);
    check_other_sites();
    check_every_metric("shop.example", RelativeRange{Period::days, 7});
  }
  /// Every dimension by some of the ranges, and in every range some of the dimensions.
  void check_some() {
    const auto ranges = all_ranges();
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      check(everything("shop.example", ranges[i], {}));
      for (std::size_t j = i % 4; j < all_dimensions().size(); j += 4) check(everything("shop.example", ranges[i], {all_dimensions()[j]}));
    }
    check_other_sites();
  }
  void check_other_sites() {
    for (const auto& site : test::traffic_sites()) {
      if (site.domain != "shop.example") check_every_dimension(site.domain, DayRange{site.days[0].first, site.days.back().second});
    }
  }
};

TEST_F(Everything, EqualsTheRecountWithoutRollups) {
  check_some();
}

TEST_F(Everything, EqualsTheRecountWithRollups) {
  EXPECT_GT(roll(), 0u);
  check_all();
}

TEST_F(Everything, EqualsTheRecountWhenFiltered) {
  const DimensionRef plan{D::property, "plan"};
  const std::vector<std::vector<Filter>> filters{
      {where({D::source}, Operator::is, {"Google", "Direct / None"})},
      {where({D::country}, Operator::is_not, {"DE"}), where({D::browser}, Operator::contains, {"a"})},
      {where({D::page}, Operator::contains, {"pric", "%"})},
      {where({D::page}, Operator::is_not, {"/"}), where({D::hostname}, Operator::is, {"shop.example"})},
      {where({D::event_name}, Operator::is, {"signup"}), where(plan, Operator::is_not, {"(none)"})},
      {where({D::goal}, Operator::is, {"Signup", "Visit /pricing*"})},
      {{Filter::Kind::done, {}, {where({D::page}, Operator::matches, {"^/pricing"})}}},
      {{Filter::Kind::not_done, {}, {where({D::event_name}, Operator::is, {"signup"})}}, where({D::page}, Operator::is, {"/"})},
      {{Filter::Kind::any_of, {}, {where({D::source}, Operator::is, {"Google"}), where({D::page}, Operator::is, {"/"})}}},
  };
  roll();
  for (const auto& filter : filters) {
    check_every_dimension("shop.example", RelativeRange{Period::days, 7}, filter);
    check(everything("shop.example", RelativeRange{Period::months, 12}, {{D::month}}, filter));
    check(everything("line.example", RelativeRange{Period::days, 7}, {{D::hour}}, filter));
  }
}

TEST_F(RecountTest, EqualsAnyQuestionWithoutRollups) {
  check_random(1, times(30));
}

TEST_F(RecountTest, EqualsAnyQuestionWithRollups) {
  roll();
  check_random(2, times(30));
}

TEST_F(RecountTest, EqualsAnyQuestionAfterLateEventsAndAfterTheirRepair) {
  roll();
  check_random(3, times(5));
  test::Intake(database.conninfo()).write(test::Traffic(seed() + 100, scale()).late());
  recount_again();
  check_random(4, times(15));
  EXPECT_GT(roll(), 0u);
  check_random(5, times(15));
  EXPECT_EQ(roll(), 0u);
}

TEST_F(RecountTest, EqualsAnyQuestionAfterBotsWerePruned) {
  roll();
  check_random(6, times(5));
  EXPECT_GT(storage::prune(connection, {.bot_prune_days = 2}, clock.at).visits, 0u);
  recount_again();
  check_random(7, times(5));
  roll();
  check_random(7, times(5));
}

TEST_F(RecountTest, EqualsAnyQuestionAfterRetention) {
  roll();
  check_random(8, times(5));
  const auto pruned = storage::prune(connection, {.prune_days = 6}, clock.at);
  EXPECT_GT(pruned.partitions, 0u);
  EXPECT_GT(pruned.visits, 0u);
  recount_again();
  check_random(9, times(10));
  roll();
  check_random(9, times(5));
}

TEST_F(RecountTest, EqualsAnyQuestionAfterARestart) {
  roll();
  check_random(10, times(5));
  restart_service();
  check_random(10, times(5));
}

TEST_F(RecountTest, EqualsAnyQuestionOnTheDaysThatFollow) {
  roll();
  check_random(11, times(5));
  clock.at += 30h;  // days have become over, and ranges mean others
  recount_again();
  check_random(12, times(5));
  EXPECT_GT(roll(), 0u);
  check_random(12, times(5));
}

TEST_F(RecountTest, CountsLiveVisitors) {
  test::Intake intake(database.conninfo());
  test::Traffic traffic(seed() + 200);
  for (int round = 0; round < 4; ++round) {
    intake.write(traffic.around(clock.at, 30));
    recount_again();
    std::int64_t all = 0;
    for (const auto& [domain, site] : recount->sites()) {
      const auto live = service->live_visitors(connection, domain);
      ASSERT_TRUE(live);
      EXPECT_EQ(*live, recount->live_visitors(domain)) << domain;
      all += *live;
    }
    EXPECT_GT(all, 0);
  }
}

TEST_F(RecountTest, FindsVisitsThatAgreeWithTheirEvents) {
  test::Intake(database.conninfo()).write(test::Traffic(seed() + 100, scale()).late());
  recount_again();
  for (const auto& [domain, site] : recount->sites()) {
    EXPECT_TRUE(site.contradictions.empty()) << domain << ": " << site.contradictions.front();
    EXPECT_GT(site.visits.size(), 10u) << domain;
  }
}

/// Writes in the background, and stands still when told.
class Feeder {
 public:
  Feeder(const std::string& conninfo, std::uint64_t seed) : intake_(conninfo), traffic_(seed), thread_([this](auto stop) { run(stop); }) {}

  void resume() {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
  }
  /// Returns once nothing is being written.
  void pause() {
    std::unique_lock lock(mutex_);
    wanted_ = false;
    changed_.wait(lock, [&] { return !writing_; });
  }
  [[nodiscard]] int batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

 private:
  void run(const std::stop_token& stop) {
    std::mt19937_64 random(7);
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return wanted_; }) && !stop.stop_requested()) {
      writing_ = true;
      lock.unlock();
      // Of the last three days: some of them open, some closed.
      intake_.write(traffic_.around(test::traffic_end - std::chrono::minutes(random() % 4320), 1 + static_cast<int>(random() % 6)));
      lock.lock();
      writing_ = false;
      ++batches_;
      changed_.notify_all();
    }
  }

  test::Intake intake_;
  test::Traffic traffic_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = false, writing_ = false;  // guarded by mutex_, like the next
  int batches_ = 0;
  std::jthread thread_;  // the last: it uses the rest
};

TEST_F(RecountTest, StaysEqualWhileSomebodyWrites) {
  roll();
  Feeder feeder(database.conninfo(), seed() + 300);
  Service held({}, registry, clock);  // asked seldom, so that its cubes lie further behind
  auto asked = questions(13);
  int count = 0;
  const auto of_recent_days = [&] {
    auto query = asked.next();
    query.range = RelativeRange{Period::days, ++count % 2 == 0 ? 4 : 1};
    return query;
  };
  for (int round = 0; round < times(2) && !gave_up(); ++round) {
    const auto before = feeder.batches();
    feeder.resume();
    for (int i = 0; i < 6 || feeder.batches() < before + 2; ++i) {
      const auto query = of_recent_days();
      const auto answer = service->answer(connection, query);
      EXPECT_TRUE(answer || answer.error().code == Errc::invalid) << test::describe(query);
    }
    feeder.pause();
    recount_again();
    for (int i = 0; i < 4; ++i) check(of_recent_days());
    for (int i = 0; i < 4; ++i) check(everything("shop.example", RelativeRange{Period::day}, asked.next().dimensions));
    if (round % 4 == 3) {
      for (int i = 0; i < 4; ++i) check(held, of_recent_days());
      roll();
      for (int i = 0; i < 4; ++i) check(of_recent_days());
    }
  }
}

TEST_F(RecountTest, AnswersNeitherLessNorMoreThanTheDatabaseHasMeanwhile) {
  Feeder feeder(database.conninfo(), seed() + 400);
  const Query query{.site = "shop.example", .range = RelativeRange{Period::days, 7}, .metrics = {Metric::events}};
  feeder.resume();
  for (int i = 0; i < times(2) || feeder.batches() < 5; ++i) {
    const auto figure = [](const Result<Answer>& answer) { return std::get<std::int64_t>(answer.value().rows.at(0).metrics.at(0)); };
    const auto least = figure(test::Recount(connection, clock.at).answer(query));
    const auto answered = figure(service->answer(connection, query));
    const auto most = figure(test::Recount(connection, clock.at).answer(query));
    EXPECT_LE(least, answered);
    EXPECT_LE(answered, most);
  }
}

}  // namespace
}  // namespace pico::stats
