#include "certificates.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace pico::tls {
namespace {

void set_time(ASN1_TIME* time, Instant at) { ASN1_TIME_set(time, std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(at))); }

}  // namespace

std::string make_certificate(EVP_PKEY* subject, EVP_PKEY* signer, const CertificateWishes& wishes) {
  static std::atomic<long> serial{1};
  const X509Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  set_time(X509_getm_notBefore(certificate.get()), wishes.now + wishes.since);
  set_time(X509_getm_notAfter(certificate.get()), wishes.now + wishes.until);
  X509_set_pubkey(certificate.get(), subject);
  auto* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + wishes.host).c_str());
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate.get(), signer, EVP_sha256());
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  return text_of(bio.get());
}

Identity make_identity(const CertificateWishes& wishes) {
  const auto key = make_key();
  return {make_certificate(key.get(), key.get(), wishes), to_pem(key.get())};
}

}  // namespace pico::tls
