#include "pico/api/key_lookup.hpp"

namespace pico::api {
namespace {

storage::Scope wanted(Access::Scope scope) {
  switch (scope) {
    case Access::Scope::read: return storage::Scope::read;
    case Access::Scope::write: return storage::Scope::write;
    case Access::Scope::admin: break;
  }
  return storage::Scope::admin;
}

bool fits(const storage::ApiKey& key, Access::Scope scope) {
  return key.scope == wanted(scope) && !key.site;
}

}  // namespace

Access::Keys keys_of(storage::Pool& pool, storage::ApiKeyCache& cache) {
  return [&pool, &cache](const std::string& key, Access::Scope scope, const std::function<void(bool)>& answer) {
    if (!storage::looks_like_api_key(key)) return answer(false);
    if (const auto known = cache.cached(key)) return answer(fits(*known, scope));
    const auto found = std::make_shared<std::shared_ptr<const storage::ApiKey>>();
    const auto work = [&cache, key, found](storage::Connection& connection) { *found = cache.find(connection, key); };
    const auto done = [found, scope, answer](const std::exception_ptr& failure) { answer(!failure && *found && fits(**found, scope)); };
    if (!pool.run(work, done)) answer(false);
  };
}

}  // namespace pico::api
