#include "pico/storage/view_counts.hpp"

#include <gmock/gmock.h>

#include "fact_rows.hpp"
#include "pico/storage/retention.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using testing::ElementsAre;

struct ViewCountsTest : testing::Test {
  void SetUp() override {
    for (const auto* domain : {"a.example", "b.example"}) create_site(connection, domain, TimeZone());
  }
  ViewKey article(const std::string& id, const std::string& domain = "a.example") { return {domain, "post_view", id}; }
  void add(const ViewKey& key, std::int64_t unique, std::int64_t total, const std::string& title = "", int shard = 0) {
    add_view_counts(connection, shard, std::vector<ViewCount>{{key, {unique, total}, title}});
  }
  ViewTotals totals(const ViewKey& key) { return view_totals(connection, std::vector<ViewKey>{key}).at(0); }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  const std::string connection_id = "6b1f7b0e-0000-4000-8000-000000000001";
};

TEST_F(ViewCountsTest, AddUpByItemOverShards) {
  add(article("x"), 1, 1);
  add(article("x"), 0, 2, "", 1);
  add(article("x", "b.example"), 5, 5);
  add({"a.example", "page_view", "x"}, 7, 7);
  EXPECT_EQ(totals(article("x")), (ViewTotals{1, 3}));
  EXPECT_THAT(view_totals(connection, std::vector<ViewKey>{article("nobody's"), article("x", "b.example"), article("x", "no.site"), article("x")}),
              ElementsAre(ViewTotals{}, ViewTotals{5, 5}, ViewTotals{}, ViewTotals{1, 3}));
}

TEST_F(ViewCountsTest, ShowTheLatestTitleOfWhateverShard) {
  add(article("x"), 1, 1, "first", 0);
  add(article("x"), 1, 1, "second", 1);
  add(article("x"), 1, 1, "", 0);
  const auto items = list_views(connection, "a.example", true, "", 10);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].title, "second");
  add(article("x"), 1, 1, "third", 0);
  EXPECT_EQ(list_views(connection, "a.example", true, "x", 10).at(0).title, "third");
}

TEST_F(ViewCountsTest, ListTheMostViewedFirst) {
  add(article("few"), 1, 1);
  add(article("many"), 1, 9);
  add({"a.example", "homepage_view", "Home_Page"}, 2, 2);
  const auto articles = list_views(connection, "a.example", true, "", 1);
  ASSERT_EQ(articles.size(), 1u);
  EXPECT_EQ(articles[0].item, "many");
  EXPECT_EQ(list_views(connection, "a.example", false, "", 10).at(0).tag, "homepage_view");
  EXPECT_TRUE(list_views(connection, "b.example", true, "", 10).empty());
}

TEST_F(ViewCountsTest, KeepReferrersUntilTheyAreTooOldOrTheirSiteGoes) {
  add_external_referrers(connection, std::vector<ExternalReferrer>{{"a.example", connection_id, "https://old.example/", "/"}});
  connection.execute("update pico.external_referrers set at = '2026-11-01Z'");
  add_external_referrers(connection, std::vector<ExternalReferrer>{{"a.example", connection_id, "https://new.example/", "/x"}, {"b.example", connection_id, "https://c.example/", "/"}});
  connection.execute("update pico.external_referrers set at = '2026-11-21Z' where referrer <> 'https://old.example/'");
  prune(connection, {.prune_days = 2}, Day{std::chrono::year(2026) / 11 / 22});
  const auto kept = list_external_referrers(connection, "a.example", 10);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].referrer, "https://new.example/");
  EXPECT_EQ(kept[0].page, "/x");
  EXPECT_EQ(kept[0].connection_id, connection_id);
  add(article("x"), 1, 1);
  ASSERT_TRUE(remove_site(connection, "a.example"));
  EXPECT_EQ(count(connection, "pico.external_referrers"), 1);
  EXPECT_EQ(count(connection, "pico.view_counts"), 0);
}

TEST_F(ViewCountsTest, NamesTheDomainsWithoutASite) {
  EXPECT_THAT(domains_without_site(connection, {"a.example", "new.example"}), ElementsAre("new.example"));
}

}  // namespace
}  // namespace pico::storage
