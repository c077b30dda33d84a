#include "acme/jws.hpp"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <nlohmann/json.hpp>

#include "authority.hpp"

namespace pico::tls::acme {
namespace {

/// The key of RFC 7515, appendix A.3.
constexpr const char* known_key = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff
H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp
7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt
-----END PRIVATE KEY-----
)";

TEST(Jws, Base64UrlHasNoPaddingAndNoPlusOrSlash) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
}

TEST(Jws, AKnownKeyHasItsKnownFormAndThumbprint) {
  const auto key = AccountKey::from_pem(known_key);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->jwk(), R"({"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  EXPECT_EQ(key->key_authorization("token"), "token.oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

TEST(Jws, SignaturesAreTwoNumbersOf32BytesWhateverTheirSize) {
  const auto key = AccountKey::from_pem(to_pem(make_key().get()));
  ASSERT_TRUE(key);
  for (int i = 0; i < 600; ++i) ASSERT_EQ(key->sign("text " + std::to_string(i)).size(), 64u);  // one of 256 begins with a zero byte
}

TEST(Jws, CarriesTheKeyFirstAndThenTheAccount) {
  const auto key = AccountKey::from_pem(to_pem(make_key().get()));
  const auto head = [&](const std::string& kid) {
    const auto jws = nlohmann::json::parse(key->jws(kid, "n", "https://ca.test/x", ""));
    EXPECT_EQ(jws["payload"], "");
    return jws["protected"].get<std::string>();
  };
  EXPECT_EQ(head("https://ca.test/account/1"), base64url(R"({"alg":"ES256","kid":"https://ca.test/account/1","nonce":"n","url":"https://ca.test/x"})"));
  EXPECT_EQ(head(""), base64url(R"({"alg":"ES256","jwk":)" + key->jwk() + R"(,"nonce":"n","url":"https://ca.test/x"})"));
}

TEST(Jws, OnlyAKeyOnP256IsAnAccountKey) {
  EXPECT_FALSE(AccountKey::from_pem(""));
  const KeyPair other(EVP_EC_gen("P-384"));
  EXPECT_FALSE(AccountKey::from_pem(to_pem(other.get())));
}

TEST(CertificateRequest, IsSignedAndNamesTheHost) {
  const auto key = make_key();
  const auto der = certificate_request(key.get(), "stats.example.com");
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<X509_REQ, FreeBy<X509_REQ_free>> request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  ASSERT_TRUE(request);
  EXPECT_EQ(X509_REQ_verify(request.get(), key.get()), 1);
  const Bio text(BIO_new(BIO_s_mem()));
  X509_REQ_print(text.get(), request.get());
  EXPECT_NE(text_of(text.get()).find("DNS:stats.example.com"), std::string::npos);
}

}  // namespace
}  // namespace pico::tls::acme
