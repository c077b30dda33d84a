#include "openssl.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>

namespace pico::tls {
namespace {

int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::string latest_failure() {
  const auto code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

Bio reader_of(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

KeyPair read_key(std::string_view pem) {
  const auto bio = reader_of(pem);
  return KeyPair(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
}

std::vector<X509Certificate> read_chain(std::string_view pem) {
  const auto bio = reader_of(pem);
  std::vector<X509Certificate> chain;
  while (auto* certificate = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) chain.emplace_back(certificate);
  const auto end = ERR_peek_last_error();
  const bool ended_well = ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE;
  if (ended_well) ERR_clear_error();
  else chain.clear();
  return chain;
}

KeyPair make_key() { return KeyPair(EVP_EC_gen("P-256")); }

std::string to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

}  // namespace pico::tls
