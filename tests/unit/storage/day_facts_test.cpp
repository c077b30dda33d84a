#include "pico/storage/day_facts.hpp"

#include <gmock/gmock.h>

#include <map>

#include "pico/storage/partitions.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

struct DayFactsTest : testing::Test {
  DayFactsTest() { ensure_partitions(connection, std::vector<Day>{day}); }

  void insert_visit(std::int64_t id, int events = 1, int bot = 0) {
    connection.execute("insert into pico.visits values ($1, $2, $3, 11, 12, 13, 14, 15, 16, 1, $4, 7, $5, 0, 0, 1, $6, 1)", id,
                       at, at + 1min, day, events, bot);
  }
  void insert_event(std::int64_t visit, int kind, Instant when) {
    connection.execute("insert into pico.events values ($1, $2, 21, 1, $3, $4, 0, 0)", visit, when, day, kind);
    if (kind != 0) return;
    connection.execute("insert into pico.event_details values ($1, $2, 21, 22, 1, $3, true, null)", visit, when, day);
  }
  FactScope everybody() { return {.site = 1, .day = day}; }
  FactScope some(std::vector<std::int64_t> visitors) {
    return {.site = 1, .day = day, .visitors = std::move(visitors), .times = {{at, at + 1min}}};
  }
  std::vector<std::int64_t> visits(const FactScope& scope) {
    const Transaction transaction(connection, Isolation::repeatable_read);
    std::vector<std::int64_t> ids;
    read_visits(connection, scope, [&](const VisitFact& visit) { ids.push_back(visit.visit_id); });
    return ids;
  }
  /// The visits of the events, with `!` for custom ones.
  std::vector<std::string> events(const FactScope& scope) {
    const Transaction transaction(connection, Isolation::repeatable_read);
    std::vector<std::string> out;
    read_events(connection, scope,
                [&](const EventFact& event) { out.push_back(std::to_string(event.visit_id) + (event.custom ? "!" : "")); });
    return out;
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  const Day day{2026y / 11 / 22};
  const Instant at = day + 12h + 5ms;
};

TEST_F(DayFactsTest, AreReadWithAllTheirFields) {
  insert_visit(1025);
  connection.execute("insert into pico.engagement values (1025, $1, 31, 1, $2, 4500, 80)", at, day);
  const Transaction transaction(connection, Isolation::repeatable_read);
  read_visits(connection, everybody(), [&](const VisitFact& visit) {
    EXPECT_EQ(visit.visit_id, 1025);
    EXPECT_EQ(visit.started_at, at);
    EXPECT_EQ(visit.last_at, at + 1min);
    EXPECT_THAT(
        (std::vector{visit.entry_page, visit.exit_page, visit.acquisition, visit.device, visit.location, visit.screen}),
        ElementsAre(11, 12, 13, 14, 15, 16));
    EXPECT_EQ(visit.pageviews, 7);
    EXPECT_EQ(visit.flags, 1);
  });
  int rows = 0;
  read_engagement(connection, everybody(), [&](const EngagementFact& row) {
    ++rows;
    EXPECT_EQ(row.visit_id, 1025);
    EXPECT_EQ(row.at, at);
    EXPECT_EQ(row.page, 31);
    EXPECT_EQ(row.engaged_ms, 4500);
    EXPECT_EQ(row.scroll, 80);
  });
  EXPECT_EQ(rows, 1);
}

TEST_F(DayFactsTest, LeaveOutVisitsOfBotsAndOfPingsAlone) {
  insert_visit(1024);
  insert_visit(2048, 0);
  insert_visit(3072, 1, 2);
  EXPECT_THAT(visits(everybody()), ElementsAre(1024));
  EXPECT_THAT(visits(some({1024, 2048, 3072, 4096})), ElementsAre(1024));
}

TEST_F(DayFactsTest, OfSomeVisitorsAreAllTheirVisitsAndNobodyElses) {
  for (const std::int64_t id : {1024, 1025, 2047, 2048, -1024, -1023, -2048}) insert_visit(id);
  EXPECT_THAT(visits(some({1024, -1024})), UnorderedElementsAre(1024, 1025, 2047, -1024, -1023));
}

TEST_F(DayFactsTest, CountACustomEventOnceAndOtherKindsNot) {
  for (const int kind : {0, 1, 2, 3, 4, 5, 6}) insert_event(1024, kind, at);
  EXPECT_THAT(events(everybody()), UnorderedElementsAre("1024", "1024", "1024", "1024!"));
  EXPECT_THAT(events(some({1024})), UnorderedElementsAre("1024", "1024", "1024", "1024!"));
}

TEST_F(DayFactsTest, OfSomeVisitorsAreLookedForWithinTheGivenTimesOnly) {
  for (const auto when : {at - 1ms, at, at + 1min, at + 1min + 1ms}) insert_event(1025, 1, when);
  insert_event(2048, 1, at);
  EXPECT_THAT(events(some({1024})), ElementsAre("1025", "1025"));
  auto scope = some({1024});
  scope.times = {{at - 1h, at}, {at + 1min, at + 1h}};
  EXPECT_EQ(events(scope).size(), 4u);
  scope.times = {};
  EXPECT_TRUE(events(scope).empty());
}

TEST_F(DayFactsTest, ComeInAnyNumber) {
  connection.execute(
      "insert into pico.events select n * 1024, $1, 1, 1, $2, 1, 0, 0 from generate_series(1, 20000) n", at, day);
  EXPECT_EQ(events(everybody()).size(), 20'000u);
}

TEST_F(DayFactsTest, LeaveTheSessionUsableWhenAReaderThrows) {
  connection.execute(
      "insert into pico.events select n * 1024, $1, 1, 1, $2, 1, 0, 0 from generate_series(1, 20000) n", at, day);
  {
    const Transaction transaction(connection, Isolation::repeatable_read);
    EXPECT_THROW(read_events(connection, everybody(), [](const EventFact&) { throw std::runtime_error("enough"); }),
                 std::runtime_error);
  }
  EXPECT_EQ(events(everybody()).size(), 20'000u);
}

TEST_F(DayFactsTest, WordsThatAreMissingAreLeftOut) {
  connection.execute(
      "insert into pico.screens values (1, 1920, 1080, 1, 24, '', 'de'), (2, 0, 0, 1, 24, '', ''), (3, 0, 9, 1, 24, '', 'fr');"
      "insert into pico.pages values (1, 5, '2026-11-01', 'a.example', '/x'), (2, 6, '2026-11-01', 'b.example', '/y')");
  std::map<WordId, std::vector<std::string>> words;
  const auto keep = [&](WordId id, std::span<const std::string_view> texts) { words[id].assign(texts.begin(), texts.end()); };
  read_words(connection, WordKind::screen, 1, std::vector<WordId>{0, 1, 2, 3, 4}, keep);
  EXPECT_THAT(words, ElementsAre(testing::Pair(1, ElementsAre("1920x1080", "de")), testing::Pair(2, ElementsAre("", "")),
                                 testing::Pair(3, ElementsAre("0x9", "fr"))));
  words.clear();
  read_words(connection, WordKind::page, 1, std::vector<WordId>{5, 6}, keep);
  EXPECT_THAT(words, ElementsAre(testing::Pair(5, ElementsAre("a.example", "/x"))));
}

TEST_F(DayFactsTest, HaveBlockRangesOfTimeThatAreSummarizedAsTheyFill) {
  // As many as there are partitions that hold rows: a month of events in eight, of event_details, engagement and micro_visits in one each.
  const auto indexes = connection.execute(
      "select count(*) filter (where c.reloptions @> '{autosummarize=on}'), count(*)"
      " from pg_class c join pg_am a on a.oid = c.relam"
      " where a.amname = 'brin' and c.relkind = 'i' and c.relnamespace = 'pico'::regnamespace");
  EXPECT_EQ(indexes.get<int>(0, 0), default_hash_parts + 3);
  EXPECT_EQ(indexes.get<int>(0, 1), default_hash_parts + 3);
}

}  // namespace
}  // namespace pico::storage
