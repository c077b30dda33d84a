#include <gmock/gmock.h>

#include "writer_fixture.hpp"

/// What the writer tells of the days it changes (pico/storage/day_changes.hpp).
namespace pico::writer {
namespace {

using event::Kind;

struct AnnouncingTest : WriterTest {
  /// Takes what the feed has: per row the visitors.
  std::string feed() {
    return one("with taken as (delete from pico.feed returning *) select coalesce(string_agg(concat_ws(' ', domain, day, visitors), "
               "', ' order by domain, day, visitors), 'nothing') from taken join pico.sites using (site_id)");
  }
};

TEST_F(AnnouncingTest, TellsWhichVisitorsABatchChanged) {
  auto elsewhere = event_of(3, noon);
  elsewhere.domain = "b.example";
  auto late = event_of(4, noon - 24h);
  late.day -= std::chrono::days(1);
  for (const auto& event : {event_of(2, noon), event_of(1, noon), event_of(2, noon + 1min), elsewhere, late}) submit(event);
  submit(event_of(0, noon, Kind::opted_out));
  auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(feed(), "a.example 2026-11-21 {4096}, a.example 2026-11-22 {1024,2048}, b.example 2026-11-22 {3072}");
  EXPECT_EQ(one("select count(*) from pico.site_days"), "3");
}

TEST_F(AnnouncingTest, CountsEngagementDetailsAndMergesAsChanges) {
  const auto writer = start();
  const auto told = [&](const event::Enriched& event) {
    submit(event);
    EXPECT_TRUE(caught_up(*writer));
    return feed();
  };
  const std::string change = "a.example 2026-11-22 {1024}";
  EXPECT_EQ(told(event_of(1, noon)), change);
  EXPECT_EQ(told(event_of(1, noon + 50min)), change);
  EXPECT_EQ(told(event_of(1, noon + 25min)), change) << "it merges the two visits";
  EXPECT_EQ(told(event_of(1, noon + 10min, Kind::engagement)), change) << "a row without a change of the visit";
  auto custom = event_of(1, noon + 11min, Kind::custom);
  custom.name = "signup";
  EXPECT_EQ(told(custom), change);
  EXPECT_EQ(told(event_of(1, noon + 60min, Kind::ping)), change) << "it lengthens the visit";
  EXPECT_EQ(told(event_of(1, noon + 20min, Kind::ping)), "nothing") << "within the visit, a ping changes nothing";
}

TEST_F(AnnouncingTest, MarksADayThatIsClosedAndNotOneThatIsOpen) {
  const auto writer = start();
  submit(event_of(1, noon));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select count(*) from pico.rollup_marks"), "0");
  other.execute("update pico.site_days set closing = true, rolled = true");
  submit(event_of(2, noon));
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select day from pico.rollup_marks"), "2026-11-22");
}

TEST_F(AnnouncingTest, AnnouncesNothingOfRefusedRecords) {
  submit(std::vector<std::byte>(3, std::byte{0xff}));
  const auto writer = start();
  ASSERT_TRUE(caught_up(*writer));
  EXPECT_EQ(one("select (select count(*) from pico.feed) + (select count(*) from pico.site_days)"), "0");
}

}  // namespace
}  // namespace pico::writer
