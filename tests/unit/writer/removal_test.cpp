#include <gmock/gmock.h>

#include <atomic>

#include "pico/storage/sites.hpp"
#include "writer_fixture.hpp"

/// What the writer does with records of sites that were removed meanwhile.
namespace pico::writer {
namespace {

struct RemovalTest : WriterTest {
  /// The database's clock decides when a site is removed; removed "now" by the tests' clock.
  void remove_at(Instant at) {
    ASSERT_TRUE(storage::remove_site(other, "a.example"));
    other.execute("update pico.removed_sites set removed_at = $1 where removed_at = (select max(removed_at) from pico.removed_sites)", at);
  }
  double dropped(const char* reason) { return registry.counter("picolytics_writer_dropped_total", "", {{"reason", reason}}).Value(); }
};

TEST_F(RemovalTest, DropsWhatTheJournalStillHoldsAndMakesTheSiteAnewForLaterEvents) {
  auto writer = start();
  submit(event_of(1, noon));
  ASSERT_TRUE(caught_up(*writer));
  writer.reset();
  open();
  submit(event_of(1, noon + 1min));
  submit(event_of(0, noon + 2min, event::Kind::opted_out));
  submit(event_of(1, noon + 3min, event::Kind::ping));
  submit(event_of(1, noon + 10min + storage::removal_margin - 1ms));  // by a clock that is ahead
  remove_at(noon + 10min);
  writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) from pico.sites"), "0") << "they do not bring the site back";
  EXPECT_EQ(dropped("removed_site"), 4);

  submit(event_of(1, noon + 5min));
  submit(event_of(1, noon + 20min));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) from pico.sites where domain = 'a.example'"), "1");
  EXPECT_EQ(one("select string_agg(at::text, ' ') from pico.events"), "2026-11-22 12:20:00+00");
  EXPECT_EQ(one("select string_agg(pageviews::text, ' ') from pico.visits"), "1");
  EXPECT_EQ(dropped("removed_site"), 5);
  EXPECT_EQ(one("select (select count(*) from pico.opt_outs) + (select count(*) from pico.dead_letters)"), "0");
}

TEST_F(RemovalTest, HoldsUpNobodyWhileItWaitsForALongWriteAndSaysSoWhenThatTakesTooLong) {
  storage::create_site(other, "a.example", TimeZone());
  auto long_writer = database.connect(), short_writer = database.connect();
  storage::Transaction long_write(long_writer);
  storage::hold_sites(long_writer);
  while (one("select max(clock_timestamp() - xact_start) > interval '1 s' from pg_stat_activity where state = 'idle in transaction'") != "t") std::this_thread::yield();
  auto removal = std::async(std::launch::async, [&] {
    auto own = database.connect();
    return storage::remove_site(own, "a.example");
  });
  for (int writes = 0; removal.wait_for(50ms) != std::future_status::ready; ++writes) {
    storage::Transaction short_write(short_writer);
    short_writer.execute("set local lock_timeout = '300ms'");  // nobody else holds it for as long as that
    ASSERT_NO_THROW(storage::hold_sites(short_writer)) << writes;
  }
  const auto refused = removal.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  long_write.commit();
  EXPECT_TRUE(storage::remove_site(other, "a.example"));
}

TEST_F(RemovalTest, KeepsTheRecordsOfOtherSites) {
  auto other_site = event_of(1, noon);
  other_site.domain = "b.example";
  submit(event_of(1, noon));
  submit(other_site);
  storage::create_site(other, "a.example", TimeZone());
  remove_at(noon + 10min);
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select string_agg(domain, ' ') from pico.sites"), "b.example");
  EXPECT_EQ(one("select count(*) from pico.events"), "1");
}

TEST_F(RemovalTest, MakesNoSiteWhereOnlyListedOnesAreTaken) {
  options.make_sites = false;
  storage::create_site(other, "a.example", TimeZone());
  auto writer = start();
  submit(event_of(1, noon));
  ASSERT_TRUE(caught_up(*writer));
  remove_at(noon + 10min);
  submit(event_of(1, noon + 20min));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select (select count(*) from pico.sites) + (select count(*) from pico.events)"), "0");
  EXPECT_EQ(dropped("unknown_site"), 1);
}

TEST_F(RemovalTest, WritesWordsAnewThatItHadRememberedAndThatWentWithASite) {
  const auto writer = start();
  const auto names = [&] { return one("select coalesce(string_agg(name, ' ' order by name), '') from pico.event_names"); };
  const auto devices = [&] { return one("select count(*) from pico.devices"); };
  auto custom = event_of(1, noon, event::Kind::custom);
  custom.name = "signup";
  custom.device.browser = "Firefox";
  submit(custom);
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(names() + devices(), "signup1");
  remove_at(noon + 10min);
  EXPECT_EQ(names() + devices(), "0");
  custom.at += 1h;
  submit(custom);
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(names() + devices(), "signup1");
}

TEST_F(RemovalTest, LeavesNothingBehindWhileTwoInstancesGoOnWriting) {
  auto second = journal::Journal::open({.directory = folder.path() / "second", .segment_bytes = 1 << 20}, registry);
  ASSERT_TRUE(second);
  options.batch_max_events = 20;
  const auto writer = start();
  Writer other_writer(options, **second, registry, clock);
  std::atomic<bool> stop = false;
  std::uint64_t sent = 0;
  std::jthread sender([&] {
    for (; !stop; ++sent) {
      auto event = event_of(1 + sent % 100, noon + std::chrono::milliseconds(sent));
      event.domain = sent % 3 == 0 ? "b.example" : "a.example";
      journal::GroupBuilder group;
      add(group, event);
      submit_to(sent % 2 == 0 ? *journal : **second, group);
    }
  });
  for (const auto deadline = std::chrono::steady_clock::now() + 30s; one("select count(*) > 100 from pico.events") != "t";)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  ASSERT_TRUE(storage::remove_site(other, "a.example"));  // by the real clock: long after all the events
  const auto events_then = std::stoi(one("select count(*) from pico.events"));
  for (const auto deadline = std::chrono::steady_clock::now() + 30s;
       std::stoi(one("select count(*) from pico.events")) < events_then + 20;)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  stop = true;
  sender.join();
  ASSERT_TRUE(caught_up(*writer));
  ASSERT_TRUE(other_writer.wait_until_committed((*second)->epoch(), (*second)->durable(), 30s));
  EXPECT_EQ(one("select string_agg(domain, ' ') from pico.sites"), "b.example");
  EXPECT_EQ(one("select count(*) from pico.events"), std::to_string((sent + 2) / 3));
  const auto site = one("select site_id from pico.sites");
  for (const std::string table : {"visits", "events", "pages", "acquisitions", "site_days", "feed", "rollup_marks"})
    EXPECT_EQ(one("select count(*) from pico." + table + " where site_id <> " + site), "0") << table;
  EXPECT_EQ(one("select count(*) from pico.visits v left join pico.devices using (device_id) left join pico.locations using "
                "(location_id) left join pico.screens using (screen_id) where browser is null or country is null or width is null"),
            "0")
      << "no word is missing";
}

}  // namespace
}  // namespace pico::writer
