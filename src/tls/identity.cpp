#include "pico/tls/identity.hpp"

#include <openssl/x509v3.h>

#include "openssl.hpp"

namespace pico::tls {
namespace {

Instant instant_of(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return {};
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::from_time_t(timegm(&utc)));
}

}  // namespace

Result<Validity> validity_of(const Identity& identity) {
  const auto chain = read_chain(identity.chain);
  if (chain.empty()) return Error{Errc::invalid, "the certificate is no chain of PEM certificates (" + latest_failure() + ")"};
  const auto key = read_key(identity.key);
  if (!key) return Error{Errc::invalid, "the key is no unencrypted PEM private key (" + latest_failure() + ")"};
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    ERR_clear_error();
    return Error{Errc::invalid, "the private key does not belong to the certificate, whose leaf must come first"};
  }
  return Validity{instant_of(X509_get0_notBefore(chain.front().get())), instant_of(X509_get0_notAfter(chain.front().get()))};
}

bool stands_for(const Identity& identity, const std::string& host) {
  const auto chain = read_chain(identity.chain);
  return !chain.empty() && X509_check_host(chain.front().get(), host.data(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
}

}  // namespace pico::tls
