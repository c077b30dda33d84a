#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"

/// OpenSSL's objects with owners, and what the files of this module share of it.
namespace pico::tls {

template <auto Function>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};
using Bio = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using KeyPair = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, FreeBy<X509_free>>;

/// The reason of the latest failure, in OpenSSL's words, which quote no data. Empties the thread's queue of errors.
std::string latest_failure();

Bio reader_of(std::string_view text);
std::string text_of(BIO* bio);

/// A PEM private key; null when it cannot be read. An encrypted one cannot: nobody is asked for a passphrase.
KeyPair read_key(std::string_view pem);
/// All certificates of a PEM text, in its order; empty when one of them is damaged or there is none.
std::vector<X509Certificate> read_chain(std::string_view pem);

/// A new key on P-256.
KeyPair make_key();
/// PKCS #8, unencrypted.
std::string to_pem(EVP_PKEY* key);

}  // namespace pico::tls
