#include "pico/storage/salts.hpp"

#include <gmock/gmock.h>

#include "pico/storage/install.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;

constexpr Day monday = 2026y / 11 / 23;
constexpr Day tuesday = 2026y / 11 / 24;

struct SaltsTest : testing::Test {
  /// Whether the table's page, with all that is deleted in it, has these bytes.
  bool page_contains(const HashKey& key) {
    return connection
        .execute("select position($1::bytea in public.get_raw_page('pico.salts', 0)) > 0",
                 std::span<const std::uint8_t>(key.bytes))
        .get<bool>(0, 0);
  }

  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
};

TEST_F(SaltsTest, AreTheSameForAllWhoAskForADate) {
  std::vector<HashKey> salts(8);
  {
    std::vector<std::jthread> instances;
    for (auto& salt : salts) {
      instances.emplace_back([&] {
        auto own = database.connect();
        salt = fetch_or_create_salt(own, monday);
      });
    }
  }
  for (const auto& salt : salts) EXPECT_EQ(salt.bytes, salts[0].bytes);
  EXPECT_NE(fetch_or_create_salt(connection, tuesday).bytes, salts[0].bytes);
}

TEST_F(SaltsTest, ComeBackAfterACrashEmptiedTheTable) {
  const auto held = fetch_or_create_salt(connection, monday);
  connection.execute("truncate pico.salts");
  const auto elsewhere = fetch_or_create_salt(connection, tuesday);  // another instance was quicker for this date
  HashKey ours;
  ours.bytes.fill(7);
  const auto all = put_salts_back(connection, {{monday, held}, {tuesday, ours}});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all.at(monday).bytes, held.bytes);
  EXPECT_EQ(all.at(tuesday).bytes, elsewhere.bytes);
}

TEST_F(SaltsTest, LeaveNoByteBehindWhenDestroyed) {
  const auto old = fetch_or_create_salt(connection, monday);
  const auto kept = fetch_or_create_salt(connection, tuesday);
  auto reader = database.connect();
  const Transaction snapshot(reader, Isolation::repeatable_read);
  reader.execute("select 1");  // an open snapshot, for which VACUUM would keep the deleted row
  connection.execute("create extension pageinspect schema public");
  ASSERT_TRUE(page_contains(old));
  EXPECT_EQ(destroy_salts_before(connection, tuesday), 1u);
  EXPECT_FALSE(page_contains(old));
  EXPECT_TRUE(page_contains(kept));
  EXPECT_EQ(fetch_or_create_salt(connection, tuesday).bytes, kept.bytes);
  EXPECT_EQ(destroy_salts_before(connection, tuesday), 0u);
}

TEST_F(SaltsTest, AreNeverPartOfTheWriteAheadLog) {
  EXPECT_EQ(connection.execute("select relpersistence from pg_class where oid = 'pico.salts'::regclass").text(0, 0), "u");
}

TEST_F(SaltsTest, LiveByTheClockOfTheDatabase) {
  const auto difference = database_now(connection) - SystemClock().now();
  EXPECT_LT(std::chrono::abs(difference), 10s);
}

TEST_F(SaltsTest, AreNotTheInstallationsKeysWhichLastForEver) {
  const auto key = install_key(connection, "word_key");
  auto other = database.connect();
  EXPECT_EQ(install_key(other, "word_key").bytes, key.bytes);
  EXPECT_NE(install_key(other, "import_key").bytes, key.bytes);
}

}  // namespace
}  // namespace pico::storage
