#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "pico/storage/connection.hpp"

/// Certificates by ACME and what goes with them, shared by all instances. `directory` is the authority's URL. All functions throw
/// DatabaseError.
namespace pico::storage {

/// Attempts at a certificate that failed, since the last one that did not.
struct CertificateFailures {
  int all = 0, refused = 0;
  std::chrono::seconds pause{0};  ///< until the next attempt, by the clock of Postgres
  std::string latest = {};        ///< a sentence
};

struct StoredCertificate {
  std::optional<std::string> chain, private_key;  ///< PEM; both or neither
  CertificateFailures failures;
};

/// Empty when nothing is known.
StoredCertificate load_certificate(Connection& connection, std::string_view directory, std::string_view host);
/// Takes the place of what there was, failures included.
void save_certificate(Connection& connection, std::string_view directory, std::string_view host, std::string_view chain, std::string_view private_key);
void save_certificate_failures(Connection& connection, std::string_view directory, std::string_view host, const CertificateFailures& failures);

/// The right to order for that host, of one session at a time. unlock_certificate() or the session's end gives it back.
bool try_lock_certificate(Connection& connection, std::string_view host);
void unlock_certificate(Connection& connection, std::string_view host);
bool holds_certificate(Connection& connection, std::string_view host);

/// The key of the account there, which is the first that was offered.
std::string acme_account_key(Connection& connection, std::string_view directory, std::string_view offered);

/// Removes answers of more than a day ago besides.
void publish_challenge(Connection& connection, std::string_view token, std::string_view answer);
void withdraw_challenge(Connection& connection, std::string_view token);
std::optional<std::string> find_challenge(Connection& connection, std::string_view token);

}  // namespace pico::storage
