#include "sessionizer.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "reference_sessions.hpp"

namespace pico::writer {
namespace {

using event::Kind;
using reference::Event;
using storage::Origin;
using storage::Visit;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr auto timeout = 30min;
constexpr Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h};

Event load(std::chrono::milliseconds at, storage::WordId page = 1) {
  return {.id = 0, .at = noon + at, .kind = Kind::load, .interactive = true, .page = page, .origin = {.entry_page = page}};
}
Event of_kind(Kind kind, std::chrono::milliseconds at) {
  auto event = load(at);
  event.kind = kind;
  return event;
}

Sessions run(const std::vector<Visit>& existing, const std::vector<Event>& events) {
  std::vector<Hit> hits;
  for (const auto& event : events) {
    hits.push_back({event.at, event.kind, event.interactive, event.page, static_cast<std::uint32_t>(hits.size())});
  }
  return sessionize(existing, hits, timeout, [&](const Hit& hit) { return events[hit.index].origin; });
}

TEST(Sessionizer, KeepsNeighboursUpToTheTimeoutTogetherAndNoFurther) {
  EXPECT_EQ(run({}, {load(0ms), load(30min)}).visits.size(), 1u);
  const auto apart = run({}, {load(0ms), load(30min + 1ms)});
  EXPECT_EQ(apart.visits.size(), 2u);
  EXPECT_THAT(apart.ordinal_of, ElementsAre(0, 1));
}

TEST(Sessionizer, TakesTheOriginFromTheEarliestEventEvenIfItComesLate) {
  const auto first = run({}, {load(10min, 7)});
  const auto second = run(first.visits, {load(0ms, 9)});
  ASSERT_EQ(second.visits.size(), 1u);
  EXPECT_EQ(second.visits[0].origin.entry_page, 9);
  EXPECT_EQ(second.visits[0].exit_page, 7);
  EXPECT_EQ(second.visits[0].started_at, noon);
  EXPECT_EQ(second.visits[0].exit_ms, 600'000);
}

TEST(Sessionizer, LetsTheExitPageBeTheLatestPageviews) {
  auto custom = of_kind(Kind::custom, 5min);
  custom.page = 5;
  const auto sessions = run({}, {load(0ms, 1), load(2min, 2), custom});
  EXPECT_EQ(sessions.visits[0].exit_page, 2);
  EXPECT_EQ(sessions.visits[0].exit_ms, 120'000);
  EXPECT_EQ(run({}, {custom}).visits[0].exit_page, 5);
}

TEST(Sessionizer, MergesTwoVisitsThatALateEventBridges) {
  const auto before = run({}, {load(0ms), load(50min), load(52min)});
  ASSERT_EQ(before.visits.size(), 2u);
  const auto after = run(before.visits, {load(25min)});
  ASSERT_EQ(after.visits.size(), 1u);
  EXPECT_THAT(after.merges, ElementsAre(Merge{1, 0, noon + 50min, noon + 52min}));
  EXPECT_THAT(after.ordinal_of, ElementsAre(0));
  EXPECT_EQ(after.visits[0].pageviews, 4);
}

TEST(Sessionizer, NeverGivesAMergedVisitsNumberToAnotherInTheSameCall) {
  const auto before = run({}, {load(0ms), load(50min)});
  const auto after = run(before.visits, {load(25min), load(5h)});
  ASSERT_EQ(after.visits.size(), 2u);
  EXPECT_EQ(after.visits[1].ordinal, 2);
}

TEST(Sessionizer, EndsABounceByWhatTheVisitorDoesOnly) {
  const auto flags = [](const Event& event) { return run({}, {load(0ms), event}).visits[0].flags; };
  for (const auto kind : {Kind::visible, Kind::hashchange, Kind::custom}) EXPECT_EQ(flags(of_kind(kind, 1s)), 1);
  for (const auto kind : {Kind::hidden, Kind::ping, Kind::engagement, Kind::load}) EXPECT_EQ(flags(of_kind(kind, 1s)), 0);
  auto passive = of_kind(Kind::custom, 1s);
  passive.interactive = false;
  EXPECT_EQ(flags(passive), 0);
}

TEST(Sessionizer, ExtendsAVisitByPingsWithoutCountingThem) {
  const auto sessions = run({}, {load(0ms), of_kind(Kind::ping, 20min), load(45min)});
  ASSERT_EQ(sessions.visits.size(), 1u);
  EXPECT_EQ(sessions.visits[0].events, 2);
  EXPECT_EQ(sessions.visits[0].last_at, noon + 45min);
}

TEST(Sessionizer, KeepsAPingOnlyChainAsAVisitOfNoEvents) {
  const auto ghost = run({}, {of_kind(Kind::ping, 1min), of_kind(Kind::engagement, 2min)});
  ASSERT_EQ(ghost.visits.size(), 1u);
  EXPECT_EQ(ghost.visits[0].events, 0);
  EXPECT_EQ(ghost.visits[0].origin, Origin{});
  const auto real = run(ghost.visits, {load(3min, 4)});
  ASSERT_EQ(real.visits.size(), 1u);
  EXPECT_EQ(real.visits[0].started_at, noon + 1min);
  EXPECT_EQ(real.visits[0].entry_ms, 120'000);
  EXPECT_EQ(real.visits[0].origin.entry_page, 4);
}

TEST(Sessionizer, SeesNoChangeInAPingWithinTheVisit) {
  const auto before = run({}, {load(0ms), load(10min)});
  EXPECT_FALSE(run(before.visits, {of_kind(Kind::ping, 5min)}).any_change());
  EXPECT_TRUE(run(before.visits, {of_kind(Kind::ping, 11min)}).any_change());
  EXPECT_THAT(run(before.visits, {}).merges, IsEmpty());
}

TEST(Sessionizer, LooksUpOriginsOnlyOfEventsThatMayComeFirst) {
  std::vector<Hit> hits;
  for (int i = 0; i < 10; ++i) hits.push_back({noon + i * 1min, Kind::load, true, 1, static_cast<std::uint32_t>(i)});
  std::vector<std::uint32_t> asked;
  (void)sessionize({}, hits, timeout, [&](const Hit& hit) {
    asked.push_back(hit.index);
    return Origin{};
  });
  EXPECT_THAT(asked, ElementsAre(0));
}

TEST(Sessionizer, HasANumberForEveryVisitOfTheLongestDayAtTheShortestTimeout) {
  std::vector<Hit> hits;
  for (auto at = 0ms; at < 50h; at += shortest_timeout + 1ms) hits.push_back({noon + at, Kind::load, true, 1, 0});
  const auto sessions = sessionize({}, hits, shortest_timeout, [](const Hit&) { return Origin{}; });
  EXPECT_EQ(sessions.visits.size(), hits.size());
  EXPECT_LE(sessions.visits.back().ordinal, storage::max_ordinal);
}

/// Postgres as the sessionizer's callers use it: a visitor-day's rows, guarded by a revision.
struct Store {
  int rev = 0;
  std::vector<Visit> visits;
  std::map<int, std::uint16_t> visit_of;  // event id → ordinal

  void write(const Sessions& sessions, const std::vector<Event>& events) {
    for (const auto& merge : sessions.merges) {
      for (auto& [id, ordinal] : visit_of) {
        if (ordinal == merge.from) ordinal = merge.to;
      }
    }
    for (std::size_t i = 0; i < events.size(); ++i) visit_of[events[i].id] = sessions.ordinal_of[i];
    visits = sessions.visits;
    ++rev;
  }
};

/// One server: works on what it remembers and reads again when the revision has moved on.
struct Instance {
  int rev = 0;
  std::vector<Visit> remembered;

  void take(Store& store, const std::vector<Event>& events) {
    auto sessions = run(remembered, events);
    if (rev != store.rev) sessions = run(store.visits, events);
    if (sessions.any_change() || rev != store.rev)
      store.write(sessions, events);
    else
      for (std::size_t i = 0; i < events.size(); ++i) store.visit_of[events[i].id] = sessions.ordinal_of[i];
    rev = store.rev;
    remembered = store.visits;
  }
};

class Randomised : public testing::TestWithParam<std::uint32_t> {
 protected:
  std::mt19937 random{GetParam()};
  int below(int n) { return std::uniform_int_distribution(0, n - 1)(random); }

  Event any_event(int id, bool pings_only) {
    const auto minutes = std::chrono::minutes(15 * below(30));  // often exactly at the timeout, and often at the same moment
    const auto jitter = below(3) == 0 ? std::chrono::milliseconds(below(3) - 1) : 0ms;
    const auto kind = pings_only || below(4) == 0 ? (below(2) == 0 ? Kind::ping : Kind::engagement) : static_cast<Kind>(below(7));
    return {.id = id,
            .at = noon + minutes + jitter,
            .kind = kind,
            .interactive = below(2) == 0,
            .page = 1 + below(4),
            .origin = {.entry_page = 1 + below(4),
                       .acquisition = 1 + below(3),
                       .device = 1 + below(2),
                       .location = 1,
                       .screen = 1,
                       .bot = static_cast<std::int16_t>(below(2))}};
  }

  void expect_reference(const Store& store, const std::vector<Event>& events) {
    const auto expected = reference::sessions_of(events, timeout);
    ASSERT_EQ(store.visits.size(), expected.size());
    std::set<std::uint16_t> ordinals;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      auto visit = store.visits[i];
      ordinals.insert(visit.ordinal);
      for (const int id : expected[i].events) ASSERT_EQ(store.visit_of.at(id), visit.ordinal);
      visit.ordinal = 0;
      ASSERT_EQ(visit, expected[i].visit);
    }
    ASSERT_EQ(ordinals.size(), expected.size());
    ASSERT_TRUE(ordinals.contains(0));
  }
};

/// A visitor's events in a random order, cut into random batches, taken by one to three instances of which some lag behind.
TEST_P(Randomised, EveryOrderAndSplitGivesTheVisitsOfTheReference) {
  for (int round = 0; round < 3000; ++round) {
    std::vector<Event> events;
    const int count = 1 + below(12);
    const bool pings_only = below(20) == 0;
    for (int id = 0; id < count; ++id) events.push_back(any_event(id, pings_only));
    std::vector<Instance> instances(static_cast<std::size_t>(1 + below(3)));
    Store store;
    for (std::size_t begin = 0; begin < events.size();) {
      const auto size = std::min(events.size() - begin, static_cast<std::size_t>(1 + below(5)));
      const auto first = events.begin() + static_cast<std::ptrdiff_t>(begin);
      instances[static_cast<std::size_t>(below(static_cast<int>(instances.size())))].take(
          store, {first, first + static_cast<std::ptrdiff_t>(size)});
      begin += size;
    }
    expect_reference(store, events);
    if (HasFatalFailure()) return;
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, Randomised, testing::Range(1u, 21u));

}  // namespace
}  // namespace pico::writer
