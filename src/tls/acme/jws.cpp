#include "jws.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <sodium.h>

#include <array>
#include <nlohmann/json.hpp>

namespace pico::tls::acme {
namespace {

constexpr std::size_t coordinate_bytes = 32;
constexpr int base64_variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

using BigNumber = std::unique_ptr<BIGNUM, FreeBy<BN_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeBy<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, FreeBy<ECDSA_SIG_free>>;
using Request = std::unique_ptr<X509_REQ, FreeBy<X509_REQ_free>>;

std::string padded(const BIGNUM* number) {
  std::string bytes(coordinate_bytes, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return bytes;
}

/// Empty: no key on P-256.
std::string coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  const BigNumber owned(number);
  return padded(number);
}

bool is_p256(EVP_PKEY* key) {
  std::array<char, 32> group{};
  return EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 && std::string_view(group.data()) == "prime256v1";
}

/// The names go into an extension of the request: authorities look there, and not at the subject.
bool add_host(X509_REQ* request, const std::string& host) {
  using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), FreeBy<[](STACK_OF(X509_EXTENSION)* all) { sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free); }>>;
  const Extensions extensions(sk_X509_EXTENSION_new_null());
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
  if (!extensions || extension == nullptr) return false;
  sk_X509_EXTENSION_push(extensions.get(), extension);
  return X509_REQ_add_extensions(request, extensions.get()) == 1;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), base64_variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), base64_variant);
  text.pop_back();  // the NUL that it counts in
  return text;
}

Result<AccountKey> AccountKey::from_pem(std::string_view pem) {
  auto key = read_key(pem);
  if (!key || !is_p256(key.get())) {
    ERR_clear_error();
    return Error{Errc::invalid, "the account's key is no private key on P-256"};
  }
  auto jwk = R"({"crv":"P-256","kty":"EC","x":")" + base64url(coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X)) + R"(","y":")" +
             base64url(coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y)) + R"("})";
  return AccountKey(std::move(key), std::move(jwk));
}

std::string AccountKey::key_authorization(std::string_view token) const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(jwk_.data()), jwk_.size(), digest.data());
  return std::string(token) + "." + base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string AccountKey::sign(std::string_view text) const {
  const DigestContext context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  std::array<unsigned char, 128> der{};
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1) return {};
  size = der.size();
  if (EVP_DigestSign(context.get(), der.data(), &size, bytes, text.size()) != 1) return {};
  const unsigned char* at = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  return signature ? padded(ECDSA_SIG_get0_r(signature.get())) + padded(ECDSA_SIG_get0_s(signature.get())) : std::string();
}

std::string AccountKey::jws(std::string_view kid, std::string_view nonce, std::string_view url, std::string_view payload) const {
  nlohmann::json head{{"alg", "ES256"}, {"nonce", nonce}, {"url", url}};
  if (kid.empty()) head["jwk"] = nlohmann::json::parse(jwk_);
  else head["kid"] = kid;
  const auto protected_head = base64url(head.dump()), body = base64url(payload);
  return nlohmann::json{{"protected", protected_head}, {"payload", body}, {"signature", base64url(sign(protected_head + "." + body))}}.dump();
}

std::string certificate_request(EVP_PKEY* key, const std::string& host) {
  const Request request(X509_REQ_new());
  if (!request || X509_REQ_set_pubkey(request.get(), key) != 1 || !add_host(request.get(), host)) return {};
  if (X509_REQ_sign(request.get(), key, EVP_sha256()) <= 0) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace pico::tls::acme
