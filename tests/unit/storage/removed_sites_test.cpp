#include <gmock/gmock.h>

#include <future>

#include "fact_rows.hpp"
#include "pico/event/codec.hpp"
#include "pico/storage/day_changes.hpp"
#include "pico/storage/partitions.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;

struct RemovedSitesTest : testing::Test {
  void SetUp() override {
    ensure_partitions(connection, std::vector<Day>{2026y / 10 / 1, 2026y / 11 / 1});
    removed = create_site(connection, "removed.com", TimeZone());
    kept = create_site(connection, "kept.com", TimeZone());
    for (const int site : {removed, kept}) fill(site);
  }
  /// Something of everything that is kept of a site.
  void fill(int site) {
    insert(connection, VisitRow{.site = site});
    insert(connection, EventRow{.site = site});
    insert(connection, EventRow{.site = site, .visit = 2048, .day = "2026-10-05", .at = "2026-10-05Z"});  // its visit is not there
    insert_custom(connection, EventRow{.site = site}, 1);
    insert_page(connection, site, 1, "/");
    connection.execute("insert into pico.engagement values (1024, '2026-11-22 12:00Z', 1, $1, '2026-11-22', 5, 5)", site);
    connection.execute("insert into pico.acquisitions values ($1, 1, '2026-11-01', '', '', '', '', '', '', '', '', '')", site);
    connection.execute("insert into pico.micro_visits values (1024, '2026-11-22 12:00Z', 7, 1, 1, 1, $1, '2026-11-22', 0)", site);
    connection.execute("insert into pico.micro_addresses values ($1, 7, 'stored address', '2026-11-01')", site);
    connection.execute("insert into pico.opt_outs values ($1, '2026-11-22', 3)", site);
    connection.execute("insert into pico.site_days values ($1, '2026-11-22', true, true)", site);
    connection.execute("insert into pico.rollups values ($1, 0, '2026-11-22', 1, '')", site);
    connection.execute("insert into pico.rollups values ($1, 1, '2026-11-01', 1, '')", site);
    connection.execute("insert into pico.rollup_versions values ($1, 1)", site);
    connection.execute("insert into pico.rollup_marks values ($1, '2026-11-22')", site);
    connection.execute("insert into pico.feed (site_id, day) values ($1, '2026-11-22')", site);
    connection.execute("insert into pico.goals (site_id, display_name, event_name) values ($1, 'Signup', 'signup')", site);
    connection.execute("insert into pico.api_keys (hash, prefix, scope, site_id) values (int4send($1), 'p', 'read', $1)", site);
    connection.execute("insert into pico.page_counts values ($1, '/', '2026-11-22 12:00Z', 0, 1)", site);
    connection.execute("insert into pico.view_counts values ($1, 'article', 'a', 0, 1, 1, 'A', now())", site);
    connection.execute("insert into pico.external_referrers (site_id, connection_id, referrer, page) values ($1, gen_random_uuid(), '', '')", site);
  }
  void insert_dead_letter(std::string_view domain, int sequence) {
    event::Enriched event;
    event.domain = domain;
    std::vector<std::byte> payload;
    event::encode(event, payload);
    connection.execute("insert into pico.dead_letters (epoch, sequence, sqlstate, payload) values (gen_random_uuid(), $1, '22021', $2)",
                       sequence, std::span(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()));
  }
  /// The tables of pico (partitions aside) that have a row of the site.
  std::string tables_of(int site) {
    const auto tables = connection.execute(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id' "
        "where c.relnamespace = 'pico'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1");
    std::string out;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const auto name = tables.get<std::string>(i, 0);
      if (count(connection, "pico." + name + " where site_id = " + std::to_string(site)) > 0) out += name + " ";
    }
    return out;
  }
  std::string one(const std::string& sql) { return std::string(connection.execute(sql).text(0, 0)); }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  int removed = 0, kept = 0;
};

constexpr auto all_tables =
    "acquisitions api_keys engagement event_details events external_referrers feed goals micro_addresses micro_visits opt_outs page_counts pages rollup_marks rollup_versions rollups "
    "site_days site_zones sites view_counts visits ";

TEST_F(RemovedSitesTest, LeaveNoRowInAnyTableAndTheOthersKeepAllOfTheirs) {
  ASSERT_EQ(tables_of(removed), all_tables) << "the test must put something into every table with a site";
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  EXPECT_EQ(tables_of(removed), "removed_sites ");
  EXPECT_EQ(tables_of(kept), all_tables);
  EXPECT_EQ(one("select domain || (removed_at between now() - interval '5 minutes' and now()) || (emptied_at >= removed_at) from "
                "pico.removed_sites"),
            "removed.comtruetrue");
}

TEST_F(RemovedSitesTest, TakeTheWordsThatNobodyElseUsesAlong) {
  connection.execute(
      "insert into pico.devices select n, '', '', '', '', '', '' from generate_series(1, 3) n;"
      "insert into pico.locations select n, '', '', '', 0, 0 from generate_series(1, 3) n;"
      "insert into pico.screens select n, 1, 1, 1, 1, '', '' from generate_series(1, 3) n;"
      "insert into pico.event_names select n, n::text from generate_series(1, 5) n;"
      "insert into pico.micro_labels select n, '', '', '' from generate_series(1, 3) n");
  insert(connection, VisitRow{.site = removed, .id = 4096, .device = 2, .location = 2, .screen = 2});
  insert(connection, VisitRow{.site = kept, .id = 4096, .day = "2026-10-05", .started_at = "2026-10-05Z", .last_at = "2026-10-05Z",
                              .device = 3, .location = 3, .screen = 3});
  insert_custom(connection, EventRow{.site = removed}, 2);
  insert_custom(connection, EventRow{.site = kept}, 3);
  const auto hand_in = [&](int site, int name, int label) {
    connection.execute("insert into pico.micro_visits values (1024, '2026-10-05Z', 7, 1, $2, $3, $1, '2026-10-05', 0)", site, name, label);
  };
  hand_in(removed, 4, 2);
  hand_in(kept, 5, 3);
  hand_in(removed, 5, 3);
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  for (const std::string table : {"devices", "locations", "screens", "micro_labels"})
    EXPECT_EQ(one("select string_agg(w::text, ' ' order by w::text) ~ '^.1,.*,f. .3,.*,f.$' from pico." + table + " w"), "t")
        << "only 1 and 3 are left and not condemned: " << table;
  EXPECT_EQ(one("select string_agg(name || condemned, ' ' order by name) from pico.event_names"), "1false 3false 5false");
}

TEST_F(RemovedSitesTest, TakeTheirDeadLettersAlong) {
  insert_dead_letter("removed.com", 1);
  insert_dead_letter("kept.com", 2);
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  EXPECT_EQ(one("select string_agg(sequence::text, ' ') from pico.dead_letters"), "2");
}

TEST_F(RemovedSitesTest, TellThoseWhoFollowTheFeedThatRowsAreGone) {
  trim_feed(connection);
  const auto newest = one("select max(xid::text::bigint) from pico.feed");
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  EXPECT_EQ(one("select xid::text::bigint >= " + newest + " from pico.feed_horizon"), "t");
}

TEST_F(RemovedSitesTest, AreGoneAtOnceAndEmptiedLaterWhenThatWasInterrupted) {
  auto other = database.connect();
  {
    Transaction transaction(other);
    other.execute("lock table pico.opt_outs in access exclusive mode");
    auto remover = database.connect();
    remover.execute("set statement_timeout = '5s'");  // it gives up at that table
    EXPECT_THROW(remove_site(remover, "removed.com"), DatabaseError);
    EXPECT_EQ(list_sites(connection).size(), 1u);
    EXPECT_EQ(remove_site(remover, "absent.com").error().code, Errc::not_found);
    transaction.commit();
  }
  EXPECT_EQ(continue_removals(connection), 1u);
  EXPECT_EQ(tables_of(removed), "removed_sites ");
  EXPECT_EQ(continue_removals(connection), 0u);
}

TEST_F(RemovedSitesTest, CanBeMadeAnewAndRemovedAgain) {
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  EXPECT_EQ(remove_site(connection, "removed.com").error().code, Errc::not_found);
  const int again = create_site(connection, "removed.com", TimeZone());
  EXPECT_NE(again, removed);
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  EXPECT_EQ(count(connection, "pico.removed_sites where domain = 'removed.com'"), 2);
}

TEST_F(RemovedSitesTest, WaitForWhoHasLookedThemUp) {
  auto other = database.connect();
  Transaction batch(other);
  hold_sites(other);
  const int found = *find_site(other, "removed.com");
  auto removal = std::async(std::launch::async, [&] {
    auto own = database.connect();
    return remove_site(own, "removed.com").has_value();
  });
  insert(other, VisitRow{.site = found, .id = 8192});
  EXPECT_TRUE(find_site(connection, "removed.com")) << "it cannot be removed yet";
  batch.commit();
  EXPECT_TRUE(removal.get());
  EXPECT_EQ(tables_of(removed), "removed_sites ") << "what was written meanwhile went, too";
}

TEST_F(RemovedSitesTest, AreForgottenAfterNinetyDays) {
  ASSERT_TRUE(remove_site(connection, "removed.com"));
  continue_removals(connection);
  EXPECT_EQ(count(connection, "pico.removed_sites"), 1);
  connection.execute("update pico.removed_sites set removed_at = now() - interval '91 days'");
  continue_removals(connection);
  EXPECT_EQ(count(connection, "pico.removed_sites"), 0);
}

}  // namespace
}  // namespace pico::storage
