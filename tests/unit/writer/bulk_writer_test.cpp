#include <gmock/gmock.h>

#include <random>

#include "bulk_fixture.hpp"
#include "pico/storage/sites.hpp"
#include "stored_rows.hpp"

namespace pico::writer {
namespace {

constexpr storage::Epoch epoch{9, 8, 7};

TEST_F(BulkTest, StoresAllPiecesAndMakesTheirSitesPartitionsAndVisits) {
  auto events = pageviews(20, 2);
  events.push_back(event_of(3, noon - 24h * 400));
  events.back().day -= std::chrono::days(400);
  events.back().domain = "b.example";
  const auto result = write(bulk, events);
  EXPECT_EQ(result.events, 21u);
  EXPECT_EQ(result.of_unknown_sites, 0u);
  EXPECT_GE(result.visits_written, 3u);
  EXPECT_EQ(stored(), "21 3 21");
  EXPECT_EQ(one("select string_agg(domain, ' ' order by domain) from pico.sites"), "a.example b.example");
  EXPECT_EQ(one("select string_agg(day || ' ' || array_length(visitors, 1), ', ' order by day) from pico.feed"), "2025-10-18 1, 2026-11-22 2")
      << "told once, of all pieces";
  EXPECT_EQ(metric("picolytics_bulk_events_total"), 21);
}

TEST_F(BulkTest, WritesNothingOfNothing) {
  EXPECT_EQ(write(bulk, {}).events, 0u);
  EXPECT_EQ(one("select count(*) from pico.ingest_checkpoint"), "0") << "and needs no connection for it";
}

TEST_F(BulkTest, JoinsAVisitorOfSeveralPiecesIntoOneVisit) {
  auto events = pageviews(3, 1);  // noon, a minute, two minutes
  events.push_back(event_of(1, noon + 50min));  // another visit …
  auto custom = event_of(1, noon + 51min, event::Kind::custom);
  custom.name = "signup";
  events.push_back(custom);
  events.push_back(event_of(1, noon + 26min));  // … until this bridges them
  write(bulk, events, 1);
  EXPECT_EQ(stored(), "6 1 6");
  EXPECT_EQ(one("select count(*) from pico.visits join pico.events using (site_id, day, visit_id) join pico.event_details using (site_id, day, visit_id)"), "6");
}

TEST_F(BulkTest, CountsAStepOnceHoweverOftenItIsWritten) {
  const BulkStep step{.epoch = epoch, .shard = 3, .expected = 0, .target = 10};
  EXPECT_EQ(bulk.position(epoch, 3), 0u);
  write(bulk, pageviews(10, 2), 7, step);
  EXPECT_THROW(write(bulk, pageviews(10, 2), 7, step), CheckpointMoved);
  BulkWriter after_restart(options, 1, registry, clock);
  EXPECT_THROW(write(after_restart, pageviews(10, 2), 7, step), CheckpointMoved);
  EXPECT_EQ(after_restart.position(epoch, 3), 10u);
  EXPECT_EQ(stored(), "10 2 10");
  write(after_restart, pageviews(4, 2), 7, BulkStep{.epoch = epoch, .shard = 3, .expected = 10, .target = 14});
  EXPECT_EQ(bulk.position(epoch, 3), 14u);
  EXPECT_EQ(bulk.position(epoch, 4), 0u) << "another shard is another task";
}

TEST_F(BulkTest, MovesAStepThatHasNoEvents) {
  write(bulk, {}, 7, BulkStep{.epoch = epoch, .shard = 0, .expected = 0, .target = 5});
  EXPECT_EQ(bulk.position(epoch, 0), 5u);
}

TEST_F(BulkTest, TakesEventsOfAnyDateForASiteThatWasRemovedBefore) {
  write(bulk, pageviews(4, 2));
  ASSERT_TRUE(storage::remove_site(other, "a.example"));  // long after the events
  const auto result = write(bulk, pageviews(6, 2));
  EXPECT_EQ(result.events, 6u);
  EXPECT_EQ(stored(), "6 2 6");
  EXPECT_EQ(one("select count(*) from pico.sites where domain = 'a.example'"), "1");
  EXPECT_EQ(one("select count(*) from pico.visits left join pico.devices using (device_id) where browser is null"), "0")
      << "words that went with the site are written anew";
}

TEST_F(BulkTest, LeavesOutUnknownSitesWhereOnlyListedOnesAreTaken) {
  options.make_sites = false;
  storage::create_site(other, "b.example", TimeZone());
  BulkWriter listed(options, 1, registry, clock);
  auto events = pageviews(4, 2);
  events.push_back(event_of(3, noon));
  events.back().domain = "b.example";
  const auto result = write(listed, events);
  EXPECT_EQ(result.events, 1u);
  EXPECT_EQ(result.of_unknown_sites, 4u);
  EXPECT_EQ(stored(), "1 1 1");
}

TEST_F(BulkTest, CountsWhoAskedNotToBeTracked) {
  write(bulk, {event_of(0, noon, event::Kind::opted_out), event_of(0, noon, event::Kind::opted_out)}, 1);
  EXPECT_EQ(one("select hits from pico.opt_outs"), "2");
  EXPECT_EQ(stored(), "0 0 0");
}

TEST_F(BulkTest, MarksClosedDays) {
  write(bulk, pageviews(1, 1));
  other.execute("update pico.site_days set closing = true");
  write(bulk, pageviews(1, 1));
  EXPECT_EQ(one("select count(*) from pico.rollup_marks"), "1");
}

/// Bulk writes and a writer with its journal work on the same visitors at the same time, from several threads.
struct BulkBeside : BulkTest, testing::WithParamInterface<unsigned> {
  event::Enriched random_event(std::mt19937& random) {
    using event::Kind;
    static constexpr Kind kinds[] = {Kind::load, Kind::visit, Kind::visit, Kind::custom, Kind::engagement, Kind::ping, Kind::visible};
    static constexpr std::string_view paths[] = {"/", "/a", "/b"};
    auto event = event_of(1 + random() % 25, noon - 10h + std::chrono::milliseconds(random() % 54'000'000), kinds[random() % std::size(kinds)]);
    if (random() % 3 == 0) event.domain = "b.example";
    event.path = paths[random() % std::size(paths)];
    if (event.kind == Kind::custom) event.name = "signup";
    if (event.kind == Kind::engagement) event.engaged_ms = static_cast<std::int32_t>(random() % 9000);
    event.interactive = random() % 2 == 0;
    return event;
  }
};

TEST_P(BulkBeside, AWriterGivesTheVisitsThatOneWouldHaveMade) {
  std::mt19937 random{GetParam()};
  std::vector<event::Enriched> all;
  for (int i = 0; i < 1200; ++i) all.push_back(random_event(random));
  const auto part = [&](std::size_t n) { return std::vector(all.begin() + static_cast<std::ptrdiff_t>(n * 400), all.begin() + static_cast<std::ptrdiff_t>((n + 1) * 400)); };
  options.batch_max_events = 40;
  options.batch_max_delay = 1ms;
  const auto writer = start();
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      for (const auto& event : part(0)) submit(event);
    });
    for (std::size_t n = 1; n < 3; ++n) threads.emplace_back([&, n] {
      const auto mine = part(n);
      for (std::size_t i = 0; i < mine.size(); i += 80) write(bulk, {mine.begin() + static_cast<std::ptrdiff_t>(i), mine.begin() + static_cast<std::ptrdiff_t>(i + 80)}, 40);
    });
  }
  ASSERT_TRUE(caught_up(*writer));

  auto single_database = test::TestDatabase::migrated();
  auto single = single_database.connect();
  auto single_options = options;
  single_options.database.conninfo = single_database.conninfo();
  BulkWriter single_bulk(single_options, 1, registry, clock);
  write(single_bulk, all, all.size());
  for (const auto& sql : {std::string(visits_sql), rows_sql("events", "kind"), rows_sql("event_details", "interactive"), rows_sql("engagement", "engaged_ms")})
    EXPECT_EQ(one(sql), single.execute(sql).text(0, 0)) << sql;
  EXPECT_EQ(one("select count(*) from pico.events where kind = 10"), std::to_string(std::count_if(all.begin(), all.end(), [](const auto& e) { return e.kind == event::Kind::visit; })));
}

INSTANTIATE_TEST_SUITE_P(Seeds, BulkBeside, testing::Range(0u, 3u));

TEST_F(BulkTest, AWriteOfOnePieceTakesNoTurnsWithALongOneOfItsSite) {
  write(bulk, pageviews(1, 1));  // makes the site and the page, on which the other would have to wait
  std::promise<void> go_on, reached;
  std::jthread long_one([&] {
    ListSource source(plain(pageviews(50, 5)), 7);
    source.before_next = [&](std::size_t at) {
      if (source.passes == 2 && at == 42) reached.set_value(), go_on.get_future().wait();
    };
    EXPECT_EQ(bulk.write(source).events, 50u);
  });
  reached.get_future().wait();
  auto short_one = std::async(std::launch::async, [&] { return write(bulk, {event_of(9, noon)}).events; });
  EXPECT_EQ(short_one.wait_for(60s), std::future_status::ready);
  EXPECT_EQ(one("select count(*) from pico.events"), "2") << "the long one is not committed yet";
  go_on.set_value();
  EXPECT_EQ(short_one.get(), 1u);
  long_one.join();
  EXPECT_EQ(stored(), "52 6 52");
}

}  // namespace
}  // namespace pico::writer
