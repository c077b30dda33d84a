#include <gtest/gtest.h>

#include "bulk_fixture.hpp"
#include "pico/storage/sites.hpp"

/// What an event handed in by µAnalytics' API leaves besides its facts.
namespace pico::writer {
namespace {

BulkEvent item(std::uint64_t visitor, Instant at, std::string_view name = "visit", std::string_view ip = "") {
  BulkEvent out{event_of(visitor, at, event::Kind::visit), MicroFields{.name = name, .platform = "Linux", .referer_domain = "t.co", .country = "de", .who = 77, .ip = ip}};
  if (name != "visit") out.event.kind = event::Kind::custom, out.event.name = name;
  return out;
}

struct BulkMicroTest : BulkTest {
  void write_items(std::vector<BulkEvent> events) {
    ListSource source(std::move(events), 2);
    bulk.write(source);
  }
};

TEST_F(BulkMicroTest, KeepsWhatTheApiGivesBackInTheOrderInWhichItCame) {
  write_items({item(1, noon), item(1, noon, "signup"), item(1, noon, ""), item(1, noon)});
  EXPECT_EQ(one("select string_agg(concat_ws('|', number, coalesce(name, ''), path, platform, referer_domain, country, who), ' ' order by number) "
                "from pico.micro_visits join pico.pages using (site_id, page_id) join pico.micro_labels using (label_id) "
                "left join pico.event_names using (name_id)"),
            "0|visit|/|Linux|t.co|de|77 1|signup|/|Linux|t.co|de|77 2||/|Linux|t.co|de|77 3|visit|/|Linux|t.co|de|77");
  EXPECT_EQ(one("select count(*) from pico.micro_visits join pico.visits using (site_id, day, visit_id)"), "4");
}

TEST_F(BulkMicroTest, TellsItsCustomEventsFromThoseOfTheTracker) {
  auto tracked = event_of(1, noon, event::Kind::custom);
  tracked.name = "tracked";
  write_items({item(1, noon, "signup"), {tracked, std::nullopt}});
  EXPECT_EQ(one("select string_agg(name || micro, ' ' order by name) from pico.event_details join pico.event_names using (name_id)"), "signuptrue trackedfalse");
}

TEST_F(BulkMicroTest, KeepsNothingOfEventsThatAreNoRows) {
  auto ping = item(1, noon + 1min);
  ping.event.kind = event::Kind::ping;
  write_items({item(1, noon), ping});
  EXPECT_EQ(one("select count(*) from pico.micro_visits"), "1");
}

TEST_F(BulkMicroTest, FollowsVisitsThatAreJoined) {
  write_items({item(1, noon), item(1, noon + 50min), item(1, noon + 25min)});
  EXPECT_EQ(one("select count(distinct visit_id) from pico.micro_visits"), "1");
  EXPECT_EQ(one("select count(*) from pico.visits"), "1");
}

TEST_F(BulkMicroTest, KeepsAddressesOnlyOfSitesThatAskForIt) {
  storage::create_site(other, "a.example", TimeZone());
  const auto addresses = [&] { return one("select coalesce(string_agg(who || ip, ' '), 'none') from pico.micro_addresses"); };
  write_items({item(1, noon, "visit", "address")});
  EXPECT_EQ(addresses(), "none");
  other.execute("update pico.sites set settings = jsonb_set(settings, '{storeIp}', 'true')");
  write_items({item(1, noon, "visit", "address"), item(1, noon, "visit", "address"), item(1, noon), item(1, noon, "visit", "address")});
  EXPECT_EQ(addresses(), "77address");
}

}  // namespace
}  // namespace pico::writer
