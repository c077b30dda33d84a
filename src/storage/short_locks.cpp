#include "short_locks.hpp"

#include <chrono>
#include <thread>

namespace pico::storage {

std::optional<DatabaseError> try_with_short_locks(Connection& connection, const std::function<void()>& work) {
  try {
    Transaction transaction(connection);
    connection.execute("set local lock_timeout = '1s'");
    work();
    transaction.commit();
    return std::nullopt;
  } catch (const DatabaseError& error) {
    if (!error.is_lock_timeout() && !error.is_transaction_conflict()) throw;
    return error;
  }
}

void with_short_locks(Connection& connection, const std::function<void()>& work) {
  constexpr int attempts = 10;
  for (int attempt = 1;; ++attempt) {
    const auto failure = try_with_short_locks(connection, work);
    if (!failure) return;
    if (attempt == attempts) throw *failure;
    std::this_thread::sleep_for(std::chrono::milliseconds(100 * attempt));  // those who wait behind us go first
  }
}

}  // namespace pico::storage
