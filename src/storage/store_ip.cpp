#include "pico/storage/sites.hpp"
#include "short_locks.hpp"
#include "site_lock.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

constexpr int addresses_at_a_time = 10'000;

}  // namespace

Result<void> set_store_ip(Connection& connection, std::string_view domain, bool on) {
  bool found = false;
  with_short_locks(connection, [&] {
    if (!on) lock_sites(connection);  // whoever has read the setting has committed what he wrote then
    found = connection.execute(sql("sites.set_store_ip"), domain, on).affected() > 0;
  });
  if (!found) return Error{Errc::not_found, "there is no such site"};
  if (!on) delete_addresses_not_asked_for(connection);
  return {};
}

std::size_t delete_addresses_not_asked_for(Connection& connection) {
  std::size_t deleted = 0;
  while (const auto some = connection.execute(sql("micro_addresses.delete_not_asked_for"), addresses_at_a_time).affected()) deleted += some;
  return deleted;
}

}  // namespace pico::storage
