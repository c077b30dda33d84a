#pragma once
#include "pico/storage/error.hpp"

namespace pico::stats {

/// Runs a whole transaction again when another one came between, up to five times in all.
template <class F>
auto with_conflicts_retried(F transaction) {
  constexpr int attempts = 5;
  for (int attempt = 1;; ++attempt) {
    try {
      return transaction();
    } catch (const storage::DatabaseError& error) {
      if (!error.is_transaction_conflict() || attempt == attempts) throw;
    }
  }
}

}  // namespace pico::stats
