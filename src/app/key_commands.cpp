#include <fmt/format.h>

#include <iostream>

#include "commands.hpp"
#include "database.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/storage/api_keys.hpp"

namespace pico::app {
namespace {

constexpr std::size_t max_name = 120;

}  // namespace

Result<void> create_key(const config::Config& config, const KeyRequest& request) {
  const auto scope = storage::scope_of(request.scope);
  if (!scope) return Error{Errc::invalid, "a key's scope is read, write or admin"};
  if (!is_clean_text(request.name, max_name) || request.name.find_first_of("\t\n") != std::string::npos)
    return Error{Errc::invalid, fmt::format("a key's name is a text of at most {} bytes in one line", max_name)};
  const auto site = request.site.empty() ? std::nullopt : std::optional(normalise_host(request.site));
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    const auto key = storage::create_api_key(connection, *scope, site, request.name);
    if (!key) return key.error();
    std::cout << *key << "\n";
    std::cerr << "Keep it safe: it is stored as a hash only and cannot be shown again.\n";
    return {};
  });
}

Result<void> list_keys(const config::Config& config) {
  return with_connection(config, [](storage::Connection& connection) -> Result<void> {
    for (const auto& key : storage::list_api_keys(connection))
      std::cout << fmt::format("{} {} {} {}{}{}\n", key.prefix, storage::name_of(key.scope), key.site.value_or("(all sites)"), to_string(key.created_at),
                               key.name.empty() ? "" : " ", key.name);
    return {};
  });
}

Result<void> revoke_key(const config::Config& config, const KeyRequest& request) {
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    const auto revoked = storage::revoke_api_key(connection, request.prefix);
    if (!revoked) return revoked.error();
    std::cout << "revoked; running servers refuse it within " << storage::ApiKeyCache::lifetime.count() << " s\n";
    return {};
  });
}

}  // namespace pico::app
