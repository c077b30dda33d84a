#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pico/core/hash.hpp"
#include "pico/http/exchange.hpp"

namespace pico::api {

struct AccessOptions {
  bool open = false;      ///< everybody may
  bool loopback = false;  ///< the listener is bound to this machine alone
  std::string user, password;  ///< Basic credentials; none when the user is empty
};

/// Who may use the APIs that take a time from the caller or tell figures: who has the Basic credentials or a key of the API, and
/// everybody where the listener takes connections from this machine only (unless a proxy says that it forwards for others) or where
/// it is declared open. Thread-safe.
class Access {
 public:
  enum class Scope : std::uint8_t { read, write, admin };
  /// Whether there is a key of that text with that scope, given to `answer` later from any thread. Must call it exactly once.
  using Keys = std::function<void(std::string key, Scope scope, std::function<void(bool)> answer)>;

  explicit Access(const AccessOptions& options, Keys keys = {});

  enum class Verdict : std::uint8_t { granted, refused, ask_keys };
  /// What can be said at once. ask_keys: a key was given (key_of()) that only `keys` knows.
  [[nodiscard]] Verdict check(const http::Request& request) const;
  void ask(std::string key, Scope scope, std::function<void(bool)> answer) const { keys_(std::move(key), scope, std::move(answer)); }

  /// The key in `Authorization: Bearer …` or `X-Api-Key`; empty: none.
  static std::string_view key_of(const http::Request& request);

  /// Why a refused caller was refused and how that is configured.
  static std::string_view advice();

 private:
  [[nodiscard]] bool has_credentials(const http::Request& request) const;

  const bool open_, loopback_;
  const HashKey hash_key_ = HashKey::random();
  std::optional<std::uint64_t> credentials_;  // compared as keyed hashes, in a time that tells nothing
  const Keys keys_;
};

}  // namespace pico::api
