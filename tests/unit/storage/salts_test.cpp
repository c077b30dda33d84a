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
  /// The table's pages as they are in memory and, later, in its file: deleted rows included.
  std::string pages() {
    connection.execute("create extension if not exists pageinspect");
    const auto rows = connection.execute(
        "select get_raw_page('pico.salts', n::int) from generate_series(0, pg_relation_size('pico.salts') / 8192 - 1) n");
    std::string all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto page = rows.get<std::vector<std::uint8_t>>(i, 0);
      all.append(page.begin(), page.end());
    }
    return all;
  }
  static std::string bytes(const HashKey& key) { return {key.bytes.begin(), key.bytes.end()}; }

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
  ASSERT_NE(pages().find(bytes(old)), std::string::npos);
  EXPECT_EQ(destroy_salts_before(connection, tuesday), 1u);
  EXPECT_EQ(pages().find(bytes(old)), std::string::npos);
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
