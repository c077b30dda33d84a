#include "pico/storage/api_keys.hpp"

#include <span>
#include <stdexcept>

#include "pico/core/hash.hpp"
#include "pico/storage/sites.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

constexpr std::string_view mark = "pico_";
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t prefix_size = mark.size() + 8;
constexpr std::size_t key_size = mark.size() + 2 * secret_bytes;

ApiKey read_api_key(const Rows& rows, std::size_t row) {
  ApiKey key;
  key.key_id = rows.get<int>(row, 0);
  key.prefix = rows.get<std::string>(row, 1);
  const auto scope = scope_of(rows.text(row, 2));
  if (!scope) throw std::logic_error("pico.api_keys holds an unknown scope");
  key.scope = *scope;
  key.site = rows.get<std::optional<std::string>>(row, 3);
  key.name = rows.get<std::string>(row, 4);
  key.created_at = rows.get<Instant>(row, 5);
  return key;
}

}  // namespace

std::optional<Scope> scope_of(std::string_view name) {
  for (const auto scope : {Scope::read, Scope::write, Scope::admin})
    if (name == name_of(scope)) return scope;
  return std::nullopt;
}

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::read: return "read";
    case Scope::write: return "write";
    case Scope::admin: break;
  }
  return "admin";
}

Result<std::string> create_api_key(Connection& connection, Scope scope, const std::optional<std::string>& site, std::string_view name) {
  Transaction transaction(connection);
  hold_sites(connection);
  std::optional<int> site_id;
  if (site) {
    const auto found = find_site(connection, *site);
    if (!found) return found.error();
    site_id = *found;
  }
  for (;;) {  // until no other key begins like it
    auto key = std::string(mark) + random_hex(secret_bytes);
    const auto hash = sha256(key);
    const auto created = connection.execute(sql("api_keys.create"), std::span<const std::uint8_t>(hash), std::string_view(key).substr(0, prefix_size),
                                            name_of(scope), site_id, name);
    if (created.affected() == 0) continue;
    transaction.commit();
    return key;
  }
}

std::vector<ApiKey> list_api_keys(Connection& connection) {
  const auto rows = connection.execute(sql("api_keys.list"));
  std::vector<ApiKey> keys;
  for (std::size_t i = 0; i < rows.size(); ++i) keys.push_back(read_api_key(rows, i));
  return keys;
}

Result<void> revoke_api_key(Connection& connection, std::string_view prefix) {
  const Error none{Errc::not_found, "no key begins like that: `picolytics key list` shows all"};
  if (prefix.size() < prefix_size) return none;
  const auto gone = connection.execute("delete from pico.api_keys where prefix = $1", prefix.substr(0, prefix_size));
  if (gone.affected() == 0) return none;
  return {};
}

bool looks_like_api_key(std::string_view text) {
  if (text.size() != key_size || !text.starts_with(mark)) return false;
  return text.find_first_not_of("0123456789abcdef", mark.size()) == std::string_view::npos;
}

std::optional<ApiKey> find_api_key(Connection& connection, std::string_view key) {
  if (!looks_like_api_key(key)) return std::nullopt;
  const auto hash = sha256(key);
  const auto rows = connection.execute(sql("api_keys.find"), std::span<const std::uint8_t>(hash));
  return rows.empty() ? std::nullopt : std::optional(read_api_key(rows, 0));
}

}  // namespace pico::storage
