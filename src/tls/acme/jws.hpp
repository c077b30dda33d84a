#pragma once
#include <string>
#include <string_view>

#include "../openssl.hpp"

namespace pico::tls::acme {

/// RFC 4648 §5 without padding.
std::string base64url(std::string_view bytes);

/// An account's key on P-256, and what is signed with it.
class AccountKey {
 public:
  /// Errc::invalid when the PEM text is no such key.
  static Result<AccountKey> from_pem(std::string_view pem);

  /// The public key as JSON, its members in the order that the thumbprint (RFC 7638) needs.
  [[nodiscard]] const std::string& jwk() const { return jwk_; }
  /// What a challenge's token is answered with: the token and the key's thumbprint.
  [[nodiscard]] std::string key_authorization(std::string_view token) const;
  /// ES256: R and S in 32 bytes each.
  [[nodiscard]] std::string sign(std::string_view text) const;
  /// A flattened JWS (RFC 8555 §6.2) with the key's URL, or with the key itself while it has none. An empty payload: POST-as-GET.
  [[nodiscard]] std::string jws(std::string_view kid, std::string_view nonce, std::string_view url, std::string_view payload) const;

 private:
  explicit AccountKey(KeyPair key, std::string jwk) : key_(std::move(key)), jwk_(std::move(jwk)) {}
  KeyPair key_;
  std::string jwk_;
};

/// A PKCS #10 request in DER for one host name. Empty when OpenSSL makes none.
std::string certificate_request(EVP_PKEY* key, const std::string& host);

}  // namespace pico::tls::acme
