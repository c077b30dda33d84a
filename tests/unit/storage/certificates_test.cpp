#include "pico/storage/certificates.hpp"

#include <gtest/gtest.h>

#include "support/test_postgres.hpp"

namespace pico::storage {
namespace {

using namespace std::chrono_literals;
constexpr const char* directory = "https://ca.test/dir";
constexpr const char* host = "stats.example.com";

struct CertificatesTest : testing::Test {
  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
};

TEST_F(CertificatesTest, NothingIsKnownAtFirst) {
  const auto stored = load_certificate(connection, directory, host);
  EXPECT_FALSE(stored.chain);
  EXPECT_EQ(stored.failures.pause, 0s);
  EXPECT_EQ(stored.failures.all, 0);
}

TEST_F(CertificatesTest, ANewOneHasANewRevisionAndForgetsFailures) {
  save_certificate_failures(connection, directory, host, {3, 2, 3h, "the authority refused"});
  auto stored = load_certificate(connection, directory, host);
  EXPECT_EQ(stored.failures.all, 3);
  EXPECT_EQ(stored.failures.refused, 2);
  EXPECT_GT(stored.failures.pause, 2h);
  EXPECT_LE(stored.failures.pause, 3h);
  EXPECT_EQ(stored.failures.latest, "the authority refused");
  save_certificate(connection, directory, host, "chain 1", "key 1");
  stored = load_certificate(connection, directory, host);
  EXPECT_EQ(stored.chain, "chain 1");
  EXPECT_EQ(stored.private_key, "key 1");
  EXPECT_EQ(stored.failures.all, 0);
  EXPECT_EQ(stored.failures.refused, 0);
  EXPECT_EQ(stored.failures.pause, 0s);
  const auto revision = [this] { return connection.execute("select revision from pico.tls_certificates").get<std::int64_t>(0, 0); };
  const auto first = revision();
  save_certificate(connection, directory, host, "chain 2", "key 2");
  EXPECT_EQ(load_certificate(connection, directory, host).chain, "chain 2");
  EXPECT_GT(revision(), first);
}

TEST_F(CertificatesTest, AFailureLeavesTheCertificate) {
  save_certificate(connection, directory, host, "chain", "key");
  save_certificate_failures(connection, directory, host, {1, 1, 5min, "no"});
  EXPECT_EQ(load_certificate(connection, directory, host).chain, "chain");
}

TEST_F(CertificatesTest, OfAPauseThatIsOverNothingIsLeft) {
  save_certificate_failures(connection, directory, host, {1, 1, 5min, "no"});
  connection.execute("update pico.tls_certificates set next_attempt = now() - interval '1 hour'");
  EXPECT_EQ(load_certificate(connection, directory, host).failures.pause, 0s);
}

TEST_F(CertificatesTest, HostsAndAuthoritiesAreApart) {
  save_certificate(connection, directory, host, "chain", "key");
  EXPECT_FALSE(load_certificate(connection, directory, "other.example.com").chain);
  EXPECT_FALSE(load_certificate(connection, "https://other.test/dir", host).chain);
}

TEST_F(CertificatesTest, OneSessionAtATimeMayOrder) {
  auto other = database.connect();
  EXPECT_TRUE(try_lock_certificate(connection, host));
  EXPECT_TRUE(holds_certificate(connection, host));
  EXPECT_FALSE(try_lock_certificate(other, host));
  EXPECT_FALSE(holds_certificate(other, host));
  EXPECT_TRUE(try_lock_certificate(other, "other.example.com"));
  EXPECT_FALSE(holds_certificate(connection, "other.example.com"));
  EXPECT_TRUE(holds_certificate(other, "other.example.com"));
  unlock_certificate(connection, host);
  EXPECT_FALSE(holds_certificate(connection, host));
  EXPECT_TRUE(try_lock_certificate(other, host));
}

TEST_F(CertificatesTest, TheAccountsKeyIsTheFirstOffered) {
  EXPECT_EQ(acme_account_key(connection, directory, "first"), "first");
  EXPECT_EQ(acme_account_key(connection, directory, "second"), "first");
  EXPECT_EQ(acme_account_key(connection, "https://other.test/dir", "second"), "second");
}

TEST_F(CertificatesTest, ChallengesAreFoundUntilTheyAreWithdrawn) {
  EXPECT_FALSE(find_challenge(connection, "token"));
  publish_challenge(connection, "token", "answer");
  publish_challenge(connection, "token", "newer answer");
  EXPECT_EQ(find_challenge(connection, "token"), "newer answer");
  withdraw_challenge(connection, "token");
  EXPECT_FALSE(find_challenge(connection, "token"));
}

TEST_F(CertificatesTest, ForgottenChallengesGoWithTheNext) {
  publish_challenge(connection, "old", "answer");
  connection.execute("update pico.acme_challenges set created_at = now() - interval '25 hours'");
  publish_challenge(connection, "new", "answer");
  EXPECT_FALSE(find_challenge(connection, "old"));
  EXPECT_TRUE(find_challenge(connection, "new"));
}

}  // namespace
}  // namespace pico::storage
