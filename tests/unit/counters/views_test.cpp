#include <gmock/gmock.h>

#include <future>

#include "pico/core/hash.hpp"
#include "pico/counters/counter.hpp"
#include "support/test_postgres.hpp"

namespace pico::counters {
namespace {

using namespace std::chrono_literals;
using storage::ViewKey;
using storage::ViewTotals;
using testing::ElementsAre;

constexpr auto patience = 60s;
const ViewKey article{"a.example", "post_view", "x"};

struct ViewsTest : testing::Test {
  ViewsTest() { initialise_crypto(); }
  std::unique_ptr<Counter> make(ViewWatch watch = {}) {
    return std::make_unique<Counter>(Options{.database = {.conninfo = database.conninfo()}, .watch = std::move(watch), .look_interval = 10ms}, registry);
  }
  /// Adds all at once and gives back what each was told.
  std::vector<ViewTotals> add(Counter& counter, const std::vector<View>& views) {
    std::vector<std::promise<ViewTotals>> told(views.size());
    for (std::size_t i = 0; i < views.size(); ++i)
      EXPECT_TRUE(counter.add(views[i], [&told, i](Counter::Outcome outcome, ViewTotals totals) {
        EXPECT_EQ(outcome, Counter::Outcome::committed);
        told[i].set_value(totals);
      }));
    std::vector<ViewTotals> totals;
    for (auto& one : told) totals.push_back(one.get_future().get());
    return totals;
  }
  static View view(bool unique = true) { return {.counted = article, .unique = unique, .title = "", .asked = article, .referrer = {}}; }

  test::TestDatabase database = test::TestDatabase::migrated();
  metrics::Registry registry;
};

TEST_F(ViewsTest, EachIsToldTheTotalsItMade) {
  auto counter = make();
  EXPECT_THAT(add(*counter, {view(), view(false), view(), view(false)}), ElementsAre(ViewTotals{1, 1}, ViewTotals{1, 2}, ViewTotals{2, 3}, ViewTotals{2, 4}));
}

TEST_F(ViewsTest, WhoOnlyAsksChangesNothing) {
  auto counter = make();
  View ask{.counted = {}, .unique = true, .title = "", .asked = article, .referrer = {}};
  EXPECT_THAT(add(*counter, {ask, view(), ask}), ElementsAre(ViewTotals{}, ViewTotals{1, 1}, ViewTotals{1, 1}));
}

TEST_F(ViewsTest, ReferrersAreStoredBesideWhatIsCounted) {
  auto counter = make();
  auto one = view();
  one.title = "A title";
  one.referrer = {.domain = "a.example", .connection_id = random_hex(16), .referrer = "https://b.example/", .page = "/posts/x"};
  add(*counter, {one, one});
  auto connection = database.connect();
  EXPECT_EQ(storage::list_external_referrers(connection, "a.example", 10).size(), 2u);
  EXPECT_EQ(storage::list_views(connection, "a.example", true, "", 10).at(0).title, "A title");
}

TEST_F(ViewsTest, AreExactFromSeveralInstances) {
  auto one = make(), two = make();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 50; ++n) add(i % 2 == 0 ? *one : *two, {view(n % 2 == 0)});
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(add(*one, {view()}), ElementsAre(ViewTotals{101, 201}));
}

TEST_F(ViewsTest, ChangesAreToldWhicheverInstanceMadeThem) {
  std::mutex mutex;
  std::condition_variable changed;
  ViewTotals last;
  ViewWatch watch{.watched = [] { return std::vector<ViewKey>{article}; },
                  .changed = [&](std::span<const ViewChange> changes) {
                    const std::lock_guard lock(mutex);
                    for (const auto& change : changes)
                      if (change.key == article) last = change.totals;
                    changed.notify_all();
                  }};
  auto watching = make(watch);
  auto other = make();
  const auto hears = [&](ViewTotals totals) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, [&] { return last == totals; });
  };
  add(*watching, {view()});
  EXPECT_TRUE(hears({1, 1}));
  add(*other, {view(false)});
  EXPECT_TRUE(hears({1, 2}));
}

}  // namespace
}  // namespace pico::counters
