#pragma once
#include <string>

#include "openssl.hpp"
#include "pico/tls/identity.hpp"

namespace pico::tls {

struct CertificateWishes {
  std::string host = "stats.example.com";
  std::chrono::seconds since{-3600}, until{86400};  ///< from `now` on
  Instant now = SystemClock().now();
};

/// A certificate for that public key, signed by that key (by itself, or by an authority whose name it then bears).
std::string make_certificate(EVP_PKEY* subject, EVP_PKEY* signer, const CertificateWishes& wishes = {});

/// Self-signed, with a key of its own.
Identity make_identity(const CertificateWishes& wishes = {});

}  // namespace pico::tls
