#include <gmock/gmock.h>

#include <mutex>

#include "writer_fixture.hpp"

namespace pico::writer {
namespace {

using event::Kind;

TEST_F(WriterTest, GivesEveryKindOfEventItsRows) {
  auto load = event_of(1, noon);
  load.load_ms = 70'000;  // more than the column holds
  load.ttfb_ms = 12;
  auto custom = event_of(1, noon + 1s, Kind::custom);
  custom.name = "signup";
  custom.properties = R"({"plan":"pro"})";
  custom.interactive = false;
  auto engagement = event_of(1, noon + 2s, Kind::engagement);
  engagement.engaged_ms = 1500;
  engagement.scroll_depth = 40;
  for (const auto& event : {load, custom, engagement, event_of(1, noon + 3s, Kind::ping)}) submit(event);
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select string_agg(kind || ' ' || load_ms || ' ' || ttfb_ms, ', ' order by at) from pico.events"),
            "1 32767 12, 0 0 0");
  EXPECT_EQ(one("select name || properties || interactive from pico.event_details join pico.event_names using (name_id)"),
            R"(signup{"plan": "pro"}false)");
  EXPECT_EQ(one("select engaged_ms || ' ' || scroll from pico.engagement"), "1500 40");
  EXPECT_EQ(one("select last_at = started_at + interval '3 s' and pageviews = 1 and events = 2 and flags = 0 from pico.visits"),
            "t");
}

TEST_F(WriterTest, KeepsTheWordsOfAVisitsFirstEvent) {
  auto event = event_of(1, noon);
  event.domain = "shop.example";
  event.site_time_zone = "Europe/Berlin";
  event.path = "/a";
  event.acquisition.source = "Google";
  event.device.browser = "Firefox";
  event.location.country = "DE";
  event.screen.width = 800;
  event.bot = event::Bot::crawler;
  auto second = event;
  second.at += 1min;
  second.path = "/b";
  second.acquisition.source = "shop.example";  // not how the visit came about: never stored
  submit(event);
  submit(second);
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select concat_ws(' ', entry.path, exit.path, source, browser, country, width, bot) from pico.visits v "
                "join pico.pages entry on entry.page_id = entry_page_id join pico.pages exit on exit.page_id = exit_page_id "
                "join pico.acquisitions using (acquisition_id) join pico.devices using (device_id) "
                "join pico.locations using (location_id) join pico.screens using (screen_id)"),
            "/a /b Google Firefox DE 800 2");
  EXPECT_EQ(one("select count(*) from pico.acquisitions"), "1");
  EXPECT_EQ(one("select domain || ' ' || tz from pico.sites join pico.site_zones using (site_id)"), "shop.example Europe/Berlin");
}

TEST_F(WriterTest, HoldsABatchOfPingsBackUntilSomethingElseComes) {
  options.ping_max_delay = 1h;
  const auto writer = start();
  submit(event_of(1, noon));
  ASSERT_TRUE(caught_up(*writer));
  const auto batches = metric("picolytics_writer_batches_total");
  submit(event_of(1, noon + 5s, Kind::ping));
  submit(event_of(1, noon + 10s, Kind::ping));
  EXPECT_EQ(writer->lag(), 2u) << "the checkpoint stays behind what is held back";
  submit(event_of(2, noon));
  while (writer->lag() > 0) std::this_thread::yield();
  EXPECT_EQ(metric("picolytics_writer_batches_total"), batches + 1);
  EXPECT_EQ(one("select last_at = started_at + interval '10 s' from pico.visits where visit_id = 1024"), "t");
}

TEST_F(WriterTest, WritesHeldPingsWhenItStops) {
  options.ping_max_delay = 1h;
  const auto writer = start();
  submit(event_of(1, noon, Kind::ping));
  writer->stop(30s);
  EXPECT_EQ(one("select events from pico.visits"), "0");
  EXPECT_EQ(writer->lag(), 0u);
}

TEST_F(WriterTest, MeasuresTheLatencyOfEventsAndNotOfPings) {
  submit(event_of(1, clock.now() - 2s));
  submit(event_of(1, clock.now() - 1s, Kind::ping));
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_THAT(registry.expose(), testing::HasSubstr(R"(picolytics_ingest_latency_count{domain="a.example"} 1)"));
}

TEST_F(WriterTest, TellsWhatItCommitted) {
  std::mutex mutex;
  std::vector<std::int64_t> visits;
  on_committed = [&](std::span<const Committed> committed) {
    const std::lock_guard lock(mutex);
    for (const auto& event : committed) {
      EXPECT_EQ(event.event->domain, "a.example");
      EXPECT_GT(event.site, 0);
      visits.push_back(event.visit_id);
    }
  };
  submit(event_of(1, noon));
  submit(std::vector<std::byte>(3, std::byte{0xff}));
  submit(event_of(0, noon, Kind::opted_out));
  submit(event_of(1, noon + 2h));
  start()->stop(30s);
  EXPECT_THAT(visits, testing::ElementsAre(1024, 0, 1025));
}

}  // namespace
}  // namespace pico::writer
