#include "pico/storage/api_keys.hpp"

#include <gmock/gmock.h>

#include "pico/core/hash.hpp"
#include "pico/storage/sites.hpp"
#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;

struct SetClock final : Clock {
  [[nodiscard]] Instant now() const override { return at; }
  Instant at = Day{std::chrono::year{2026} / 11 / 22} + 12h;
};

struct ApiKeysTest : testing::Test {
  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
  SetClock clock;
  ApiKeyCache cache{clock};

  std::string create(Scope scope, const std::optional<std::string>& site = {}) { return *create_api_key(connection, scope, site, "for tests"); }
};

TEST_F(ApiKeysTest, AreFoundByTheirWholeTextOnly) {
  create_site(connection, "example.com", TimeZone());
  const auto key = create(Scope::read, "example.com");
  const auto found = find_api_key(connection, key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->site, "example.com");
  EXPECT_EQ(found->name, "for tests");
  EXPECT_TRUE(key.starts_with(found->prefix));
  auto other = key;
  other.back() = other.back() == '0' ? '1' : '0';
  EXPECT_FALSE(find_api_key(connection, other));
  EXPECT_FALSE(find_api_key(connection, found->prefix));
  EXPECT_FALSE(find_api_key(connection, ""));
}

TEST_F(ApiKeysTest, AreNotStored) {
  const auto key = create(Scope::write);
  const auto row = connection.execute("select hash, k::text from pico.api_keys k");
  const auto hash = sha256(key);
  EXPECT_EQ(row.get<std::vector<std::uint8_t>>(0, 0), std::vector<std::uint8_t>(hash.begin(), hash.end()));
  EXPECT_EQ(row.text(0, 1).find(key.substr(20)), std::string_view::npos);
}

TEST_F(ApiKeysTest, AllowTheirScopeOnTheirSiteOnly) {
  create_site(connection, "example.com", TimeZone());
  const auto one = *find_api_key(connection, create(Scope::read, "example.com"));
  EXPECT_TRUE(one.allows(Scope::read, "example.com"));
  EXPECT_FALSE(one.allows(Scope::read, "other.example"));
  EXPECT_FALSE(one.allows(Scope::write, "example.com"));
  const auto all = *find_api_key(connection, create(Scope::admin));
  EXPECT_TRUE(all.allows(Scope::admin, "other.example"));
  EXPECT_FALSE(all.allows(Scope::read, "other.example"));
}

TEST_F(ApiKeysTest, OfASiteThatDoesNotExistAreRefused) {
  EXPECT_EQ(create_api_key(connection, Scope::read, "none.example", "").error().code, Errc::not_found);
  EXPECT_TRUE(list_api_keys(connection).empty());
}

TEST_F(ApiKeysTest, OfARemovedSiteAreNoKeysAnyMore) {
  create_site(connection, "example.com", TimeZone());
  const auto key = create(Scope::read, "example.com");
  connection.execute("delete from pico.sites");
  EXPECT_FALSE(find_api_key(connection, key));
  create_site(connection, "example.com", TimeZone());
  EXPECT_FALSE(find_api_key(connection, key));
  const auto new_key = create(Scope::read, "example.com");
  ASSERT_TRUE(remove_site(connection, "example.com"));
  EXPECT_FALSE(find_api_key(connection, new_key));
  EXPECT_EQ(connection.execute("select count(*) from pico.api_keys").get<std::int64_t>(0, 0), 1) << "of the site that was removed by hand";
}

TEST_F(ApiKeysTest, AreRevokedByTheirPrefixOrTheirWholeText) {
  const auto first = create(Scope::read), second = create(Scope::read);
  EXPECT_EQ(revoke_api_key(connection, "pico_").error().code, Errc::not_found);
  EXPECT_EQ(revoke_api_key(connection, "").error().code, Errc::not_found);
  ASSERT_TRUE(revoke_api_key(connection, list_api_keys(connection).front().prefix));
  EXPECT_FALSE(find_api_key(connection, first));
  EXPECT_TRUE(find_api_key(connection, second));
  ASSERT_TRUE(revoke_api_key(connection, second));
  EXPECT_FALSE(find_api_key(connection, second));
}

TEST_F(ApiKeysTest, ThatWereFoundAreRememberedForTenSeconds) {
  const auto key = create(Scope::read);
  EXPECT_EQ(cache.cached(key), nullptr);
  const auto found = cache.find(connection, key);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(cache.cached(key), found);
  ASSERT_TRUE(revoke_api_key(connection, key));
  clock.at += ApiKeyCache::lifetime - 1ms;
  EXPECT_EQ(cache.find(connection, key), found);
  clock.at += 1ms;
  EXPECT_EQ(cache.cached(key), nullptr);
  EXPECT_EQ(cache.find(connection, key), nullptr);
}

TEST_F(ApiKeysTest, ThatAreRememberedAreShownAsAMetric) {
  metrics::Registry registry;
  ApiKeyCache shown(clock);
  shown.report_to(registry);
  shown.find(connection, create(Scope::read));
  EXPECT_NE(registry.expose().find("picolytics_api_keys_remembered 1\n"), std::string::npos);
}

TEST_F(ApiKeysTest, AreRememberedUpToANumberAndThoseOfTheLastTenSecondsKeepTheirPlace) {
  const int full = ApiKeyCache::max_keys;
  connection.execute(
      "insert into pico.api_keys (hash, prefix, scope, name) select sha256(('pico_' || lpad(to_hex(i), 8, '0') || repeat('0', 56))::bytea), "
      "'pico_' || lpad(to_hex(i), 8, '0'), 'read', '' from generate_series(0, $1) i",
      full + 1);
  const auto key = [](int number) {
    const auto digits = to_hex(std::array<std::uint8_t, 4>{0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
    return "pico_" + digits + std::string(56, '0');
  };
  for (int i = 0; i < full; ++i) ASSERT_NE(cache.find(connection, key(i)), nullptr) << i;
  EXPECT_NE(cache.find(connection, key(full)), nullptr) << "is found without being remembered";
  EXPECT_EQ(cache.cached(key(full)), nullptr);
  EXPECT_NE(cache.cached(key(0)), nullptr);
  EXPECT_EQ(cache.size(), ApiKeyCache::max_keys);
  clock.at += ApiKeyCache::lifetime;
  EXPECT_NE(cache.find(connection, key(full)), nullptr);
  EXPECT_NE(cache.cached(key(full)), nullptr);
  EXPECT_EQ(cache.size(), 1u) << "what has expired has made room";
}

TEST_F(ApiKeysTest, AreForgottenWhenTheClockIsSetBack) {
  const auto key = create(Scope::read);
  cache.find(connection, key);
  clock.at -= 1h;
  EXPECT_EQ(cache.cached(key), nullptr);
}

TEST_F(ApiKeysTest, ThatDoNotExistAreNotRememberedSoThatANewOneWorksAtOnce) {
  const auto key = create(Scope::read);
  connection.execute("create table held as select * from pico.api_keys; delete from pico.api_keys");
  EXPECT_EQ(cache.find(connection, key), nullptr);
  connection.execute("insert into pico.api_keys overriding system value select * from held");
  EXPECT_NE(cache.find(connection, key), nullptr);
}

}  // namespace
}  // namespace pico::storage
