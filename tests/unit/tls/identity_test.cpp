#include "pico/tls/identity.hpp"

#include <gtest/gtest.h>

#include <openssl/pem.h>

#include "certificates.hpp"

namespace pico::tls {
namespace {

using namespace std::chrono_literals;

TEST(Identity, TellsWhenTheLeafHolds) {
  const Instant now = std::chrono::sys_days{std::chrono::January / 10 / 2026} + 12h;
  const auto validity = validity_of(make_identity({.since = -1h, .until = 90h, .now = now}));
  ASSERT_TRUE(validity);
  EXPECT_EQ(validity->not_before, now - 1h);
  EXPECT_EQ(validity->not_after, now + 90h);
  EXPECT_TRUE(validity->holds(now));
  EXPECT_FALSE(validity->holds(now + 90h));
  EXPECT_FALSE(validity->holds(now - 2h));
}

TEST(Identity, RefusesWhatIsNoCertificateNoKeyOrNoPair) {
  const auto good = make_identity();
  EXPECT_EQ(validity_of({"", good.key}).error().code, Errc::invalid);
  EXPECT_EQ(validity_of({"-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n", good.key}).error().code, Errc::invalid);
  EXPECT_EQ(validity_of({good.chain, ""}).error().code, Errc::invalid);
  const auto stranger = validity_of({good.chain, make_identity().key});
  EXPECT_EQ(stranger.error().code, Errc::invalid);
  EXPECT_NE(stranger.error().message.find("does not belong"), std::string::npos);
}

TEST(Identity, RefusesAChainWithADamagedEnd) {
  auto identity = make_identity();
  identity.chain += "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
  EXPECT_FALSE(validity_of(identity));
}

TEST(Identity, AskedForAPassphraseAKeyIsRefusedAndNobodyIsAsked) {
  const auto key = make_key();
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  EXPECT_FALSE(validity_of({make_certificate(key.get(), key.get()), text_of(bio.get())}));
}

TEST(Identity, StandsForItsNamesOnly) {
  const auto identity = make_identity({.host = "stats.example.com"});
  EXPECT_TRUE(stands_for(identity, "stats.example.com"));
  EXPECT_FALSE(stands_for(identity, "example.com"));
  EXPECT_FALSE(stands_for(identity, "Test"));
  EXPECT_TRUE(stands_for(make_identity({.host = "*.example.com"}), "stats.example.com"));
  EXPECT_FALSE(stands_for({}, "stats.example.com"));
}

}  // namespace
}  // namespace pico::tls
