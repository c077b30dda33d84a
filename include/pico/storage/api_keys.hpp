#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"

/// Keys of the API: `pico_` and 64 hexadecimal digits, 256 random bits. Only the SHA-256 of a key is stored: a hash that is slow on
/// purpose protects what people make up, and nobody finds 256 random bits by trying. A key is looked up by its hash, so how
/// long that takes tells nothing about the keys there are. All functions that take a connection throw DatabaseError.
namespace pico::storage {

enum class Scope : std::uint8_t {
  read,   ///< ask for figures
  write,  ///< send events from a server
  admin,  ///< manage sites
};

std::optional<Scope> scope_of(std::string_view name);
std::string_view name_of(Scope scope);

struct ApiKey {
  int key_id = 0;
  std::string prefix;  ///< the key's first characters: what people call it by
  Scope scope = Scope::read;
  std::optional<std::string> site;  ///< domain of the one site it is for; nullopt: all
  std::string name;
  Instant created_at;

  /// Whether the key may do what `wanted` stands for with the site.
  [[nodiscard]] bool allows(Scope wanted, std::string_view domain) const {
    return scope == wanted && (!site || *site == domain);
  }
};

/// Makes a key and returns it: nobody can see it again. Errc::not_found when there is no such site.
Result<std::string> create_api_key(Connection& connection, Scope scope, const std::optional<std::string>& site, std::string_view name);

/// All keys, the oldest first.
std::vector<ApiKey> list_api_keys(Connection& connection);

/// Removes the key that begins with `prefix`: at least what lists show of it. Errc::not_found when there is none.
Result<void> revoke_api_key(Connection& connection, std::string_view prefix);

/// Whether the text has the form of a key, so that there can be one.
bool looks_like_api_key(std::string_view text);

/// The key of that text; nullopt: there is none.
std::optional<ApiKey> find_api_key(Connection& connection, std::string_view key);

/// Keys as they were found within the last ten seconds, so that not every request asks Postgres, and a key that another process has
/// revoked is of no use soon. Keys that do not exist are not remembered: a new one works at once. Thread-safe.
class ApiKeyCache {
 public:
  static constexpr std::chrono::seconds lifetime{10};
  static constexpr std::size_t max_keys = 4'096;

  explicit ApiKeyCache(const Clock& clock) : clock_(clock) {}

  /// Never blocks. Null: not known.
  [[nodiscard]] std::shared_ptr<const ApiKey> cached(std::string_view key) const;
  /// Asks Postgres for what is not known. Null: there is no such key. Throws DatabaseError.
  std::shared_ptr<const ApiKey> find(Connection& connection, std::string_view key);

  /// Keys that are held, also such as are past their lifetime and wait for room to be needed.
  [[nodiscard]] std::size_t size() const;
  /// Shows it as a metric. The registry must outlive this.
  void report_to(metrics::Registry& registry);

 private:
  using Hash = std::array<std::uint8_t, 32>;
  struct Entry {
    std::shared_ptr<const ApiKey> key;
    Instant found_at;
  };
  [[nodiscard]] bool is_fresh(const Entry& entry, Instant now) const;
  void remember(const Hash& hash, const Entry& entry);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<Hash, Entry> entries_;  // guarded by mutex_
  std::shared_ptr<void> sampler_;
};

}  // namespace pico::storage
