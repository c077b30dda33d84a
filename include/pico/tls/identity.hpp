#pragma once
#include <string>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"

namespace pico::tls {

/// What a server proves its name with: the certificate and what leads from it to an authority (leaf first), and the leaf's private
/// key; both PEM. The key is secret: it is never logged, and goes nowhere but to the places that docs/security.md names.
struct Identity {
  std::string chain;
  std::string key;

  bool operator==(const Identity&) const = default;
};

/// When a certificate holds.
struct Validity {
  Instant not_before, not_after;
  [[nodiscard]] bool holds(Instant at) const { return not_before <= at && at < not_after; }
};

/// The leaf's validity. Errc::invalid, with a sentence that quotes nothing of the files, when the chain or the key cannot be read or do not
/// belong together.
Result<Validity> validity_of(const Identity& identity);

/// Whether the leaf stands for that host name (its subject alternative names, wildcards included).
bool stands_for(const Identity& identity, const std::string& host);

}  // namespace pico::tls
