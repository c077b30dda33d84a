#include "pico/storage/session_lock.hpp"

namespace pico::storage {

SessionLock::SessionLock(Connection& connection, std::int64_t id)
    : connection_(connection), id_(id), held_(connection.execute("select pg_try_advisory_lock($1)", id).get<bool>(0, 0)) {}

SessionLock::~SessionLock() {
  if (!held_ || connection_.lost()) return;
  try {
    connection_.execute("select pg_advisory_unlock($1)", id_);
  } catch (const DatabaseError&) {  // the session is gone, and the lock with it
  }
}

void SessionLock::wait() {
  if (held_) return;
  connection_.execute("select pg_advisory_lock($1)", id_);
  held_ = true;
}

}  // namespace pico::storage
