#include "site_lock.hpp"

#include "pico/storage/sites.hpp"

namespace pico::storage {
namespace {

constexpr std::int64_t lock_id = 0x7069636f73697465;  // "picosite"

}  // namespace

void hold_sites(Connection& connection) {
  connection.execute("select pg_advisory_xact_lock_shared($1)", lock_id);
}

void lock_sites(Connection& connection) {
  connection.execute("select pg_advisory_xact_lock($1)", lock_id);
}

void begin_batch(Connection& connection) {
  connection.execute("select set_config('synchronous_commit', 'on', true), pg_advisory_xact_lock_shared($1)", lock_id);
}

}  // namespace pico::storage
