#include "short_locks.hpp"

#include <chrono>
#include <thread>

namespace pico::storage {

void with_short_locks(Connection& connection, const std::function<void()>& work) {
  constexpr int attempts = 10;
  for (int attempt = 1;; ++attempt) {
    try {
      Transaction transaction(connection);
      connection.execute("set local lock_timeout = '1s'");
      work();
      transaction.commit();
      return;
    } catch (const DatabaseError& error) {
      if (attempt == attempts || !(error.is_lock_timeout() || error.is_transaction_conflict())) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100 * attempt));  // those who wait behind us go first
  }
}

}  // namespace pico::storage
