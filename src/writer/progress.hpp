#pragma once
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include "pico/journal/journal.hpp"

namespace pico::writer {

/// How far the writer's threads are in each epoch. Lets the journal's segments go once all of them are past. Thread-safe.
class Progress {
 public:
  Progress(journal::Journal& journal, std::size_t workers) : journal_(journal), workers_(workers) {}

  /// The worker has committed (or need not write) everything up to the sequence number. A lower one than before takes back: the
  /// database went back in time.
  void set(std::size_t worker, const journal::EpochId& epoch, journal::Sequence sequence);
  /// What all workers are past.
  [[nodiscard]] journal::Sequence of(const journal::EpochId& epoch) const;
  [[nodiscard]] std::uint64_t lag() const;

  /// False when the time is up or interrupt() was called.
  bool wait(const journal::EpochId& epoch, journal::Sequence sequence, std::chrono::milliseconds at_most);
  /// Somebody waits: batches should not be held back.
  [[nodiscard]] bool awaited() const;
  /// Ends all waiting, now and later.
  void interrupt();

 private:
  [[nodiscard]] journal::Sequence slowest(const journal::EpochId& epoch) const;

  journal::Journal& journal_;
  const std::size_t workers_;
  mutable std::mutex mutex_;
  std::condition_variable moved_;
  // guarded by mutex_
  std::map<journal::EpochId, std::vector<journal::Sequence>> epochs_;
  int waiting_ = 0;
  bool interrupted_ = false;
};

}  // namespace pico::writer
