#include "pico/storage/day_feed.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

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

}  // namespace
}  // namespace pico::storage
