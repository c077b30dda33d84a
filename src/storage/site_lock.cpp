#include "site_lock.hpp"

#include <thread>

#include "pico/storage/sites.hpp"
#include "sql.hpp"

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

bool wait_for_long_batches(Connection& connection, std::chrono::milliseconds at_most) {
  constexpr std::chrono::milliseconds pause{200};
  const auto end = std::chrono::steady_clock::now() + at_most;
  const auto held = [&] {
    return connection.execute(sql("sites.held_for_long"), static_cast<int>(lock_id >> 32), static_cast<int>(lock_id & 0xffffffff)).get<bool>(0, 0);
  };
  while (held()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

void begin_batch(Connection& connection) {
  connection.execute("select set_config('synchronous_commit', 'on', true), pg_advisory_xact_lock_shared($1)", lock_id);
}

}  // namespace pico::storage
