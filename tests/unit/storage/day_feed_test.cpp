#include "pico/storage/day_feed.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "pico/storage/day_changes.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

TEST(Snapshot, IsReadAndWrittenInPostgresForm) {
  for (const std::string text : {"700:700:", "700:703:700", "700:709:700,704,708"}) EXPECT_EQ(Snapshot::parse(text).text(), text);
  for (const std::string text : {"", "700", "700:703", "700:703:x", "700:703:700 "}) {
    EXPECT_THROW(Snapshot::parse(text), std::logic_error) << text;
  }
}

TEST(Snapshot, SeesWhatEndedBeforeIt) {
  const auto snapshot = Snapshot::parse("700:709:700,704");
  EXPECT_TRUE(snapshot.sees(699));
  EXPECT_FALSE(snapshot.sees(700));
  EXPECT_TRUE(snapshot.sees(703));
  EXPECT_FALSE(snapshot.sees(704));
  EXPECT_TRUE(snapshot.sees(708));
  EXPECT_FALSE(snapshot.sees(709));
}

TEST(Snapshot, IsLaterTheMoreItSees) {
  const auto rising = {"700:709:700,704", "704:709:704", "709:709:", "704:710:704,709"};
  for (auto a = rising.begin(); a != rising.end(); ++a) {
    EXPECT_TRUE(Snapshot::parse(*a) == Snapshot::parse(*a));
    for (auto b = a + 1; b != rising.end(); ++b) EXPECT_LT(Snapshot::parse(*a), Snapshot::parse(*b));
  }
}

TEST(Feed, CoversAMomentOfWhichNothingUnseenCanHaveBeenRemoved) {
  const auto at = [](const char* snapshot, std::uint64_t trimmed, const char* feed = "a") {
    return FeedPosition{Snapshot::parse(snapshot), feed, trimmed};
  };
  const auto then = at("700:709:700", 0);
  EXPECT_TRUE(covers(at("720:720:", 699), then));
  EXPECT_FALSE(covers(at("720:720:", 700), then)) << "it was in progress then, and may have been removed";
  EXPECT_TRUE(covers(at("700:720:700", 708), then)) << "it still is, so it has not been removed";
  EXPECT_FALSE(covers(at("700:720:700", 709), then)) << "one that came after it has been removed";
  EXPECT_FALSE(covers(at("720:720:", 0, "b"), then));
  EXPECT_FALSE(covers(at("720:720:", 0, ""), at("700:709:700", 0, ""))) << "there is no feed";
}

struct FeedTest : testing::Test {
  void announce(const DayChange& change) {
    Transaction transaction(connection);
    storage::announce(connection, {change});
    transaction.commit();
  }
  Snapshot now() { return feed_position(connection).snapshot; }
  std::optional<std::vector<std::int64_t>> changed(const Snapshot& since, std::size_t limit = 100) {
    return visitors_changed(connection, 1, day, since, limit);
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  const Day day{std::chrono::year(2026) / 11 / 22};
};

TEST_F(FeedTest, NamesTheVisitorsThatChangedSinceASnapshot) {
  announce({.site_id = 1, .day = day, .visitors = std::vector<std::int64_t>{1024}});
  const auto since = now();
  EXPECT_THAT(changed(since), testing::Optional(testing::IsEmpty()));
  announce({.site_id = 1, .day = day, .visitors = std::vector<std::int64_t>{-2048, 3072}});
  announce({.site_id = 1, .day = day, .visitors = std::vector<std::int64_t>{3072}});
  announce({.site_id = 2, .day = day, .visitors = std::vector<std::int64_t>{4096}});
  announce({.site_id = 1, .day = day + std::chrono::days(1), .visitors = std::vector<std::int64_t>{5120}});
  EXPECT_THAT(changed(since), testing::Optional(testing::UnorderedElementsAre(-2048, 3072, 3072)));
  announce({.site_id = 1, .day = day, .visitors = std::nullopt});
  EXPECT_EQ(changed(since), std::nullopt);
}

TEST_F(FeedTest, CountsIdsWithoutReadingThem) {
  const auto since = now();
  std::size_t count = 0;
  // In the row, with a short or a long header, and out of it.
  for (const std::size_t size : {1u, 2u, 3u, 11u, 12u, 13u, 14u, 15u, 250u, 300u, 9000u}) {
    announce({.site_id = 1, .day = day, .visitors = std::vector<std::int64_t>(size, 1024)});
    count += size;
    EXPECT_EQ(changed(since, count).value().size(), count) << size;
    EXPECT_EQ(changed(since, count - 1), std::nullopt) << size;
  }
}

TEST_F(FeedTest, HasAnotherIdentityAfterEveryLoss) {
  EXPECT_EQ(feed_position(connection).feed, "");
  trim_feed(connection);
  const auto before = feed_position(connection).feed;
  trim_feed(connection);
  EXPECT_EQ(feed_position(connection).feed, before);
  connection.execute("truncate pico.feed, pico.feed_horizon");
  trim_feed(connection);
  const auto after_crash = feed_position(connection).feed;
  EXPECT_NE(after_crash, before);
  // A dump that is restored has the token and the rows, but a table of its own.
  connection.execute("alter table pico.feed rename to old_feed; create table pico.feed (like pico.old_feed including all)");
  EXPECT_NE(feed_position(connection).feed, after_crash);
}

}  // namespace
}  // namespace pico::storage
