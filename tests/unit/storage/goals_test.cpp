#include "pico/storage/goals.hpp"

#include <gmock/gmock.h>

#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using testing::SizeIs;

struct GoalsTest : testing::Test {
  GoalsTest() { create_site(connection, "example.com", TimeZone()); }
  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  const Goal signup{0, "", "signup", {}};
  const Goal shop{0, "", {}, "/shop/*"};
};

TEST_F(GoalsTest, AreNamedAfterTheirEventOrPageUnlessTheyAreGivenAName) {
  EXPECT_EQ(*create_goal(connection, "example.com", signup), "signup");
  EXPECT_EQ(*create_goal(connection, "example.com", shop), "Visit /shop/*");
  EXPECT_EQ(*create_goal(connection, "example.com", {0, "Shopping", {}, "/shop/*"}), "Shopping");
  const auto goals = *list_goals(connection, "example.com");
  ASSERT_THAT(goals, SizeIs(3));
  EXPECT_EQ(goals[0].display_name, "Shopping");
  EXPECT_EQ(goals[0].page_path, "/shop/*");
  EXPECT_FALSE(goals[0].event_name);
}

TEST_F(GoalsTest, HaveNamesOfTheirOwnWithinTheirSite) {
  ASSERT_TRUE(create_goal(connection, "example.com", signup));
  EXPECT_EQ(create_goal(connection, "example.com", {0, "signup", {}, "/thanks"}).error().code, Errc::conflict);
  create_site(connection, "other.example", TimeZone());
  EXPECT_TRUE(create_goal(connection, "other.example", signup));
}

TEST_F(GoalsTest, AreRemovedByName) {
  ASSERT_TRUE(create_goal(connection, "example.com", signup));
  EXPECT_EQ(remove_goal(connection, "example.com", "Visit /").error().code, Errc::not_found);
  ASSERT_TRUE(remove_goal(connection, "example.com", "signup"));
  EXPECT_THAT(*list_goals(connection, "example.com"), SizeIs(0));
}

TEST_F(GoalsTest, GoWithTheirSite) {
  ASSERT_TRUE(create_goal(connection, "example.com", signup));
  ASSERT_TRUE(remove_site(connection, "example.com"));
  EXPECT_TRUE(connection.execute("select from pico.goals").empty());
}

TEST_F(GoalsTest, NeedASiteThatExists) {
  EXPECT_EQ(create_goal(connection, "none.example", signup).error().code, Errc::not_found);
  EXPECT_EQ(list_goals(connection, "none.example").error().code, Errc::not_found);
  EXPECT_EQ(remove_goal(connection, "none.example", "signup").error().code, Errc::not_found);
}

}  // namespace
}  // namespace pico::storage
