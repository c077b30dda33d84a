#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stdexcept>

namespace pico::writer {

/// Too many records are refused as data: more likely a fault of ours or of the database than of the records.
class TooManyDeadLetters : public std::runtime_error {
 public:
  TooManyDeadLetters() : std::runtime_error("too many records were refused as data within a minute") {}
};

/// Counts dead letters over the last minute. Thread-safe.
class DeadLetterLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit DeadLetterLimit(std::uint64_t per_minute) : per_minute_(per_minute) {}

  /// Before writing so many. Throws TooManyDeadLetters.
  void check(std::uint64_t letters, Time now = std::chrono::steady_clock::now()) {
    const std::lock_guard lock(mutex_);
    while (!written_.empty() && written_.front() <= now - std::chrono::minutes(1)) written_.pop_front();
    if (written_.size() + letters > per_minute_) throw TooManyDeadLetters();
  }
  /// After so many were written.
  void add(std::uint64_t letters, Time now = std::chrono::steady_clock::now()) {
    const std::lock_guard lock(mutex_);
    written_.insert(written_.end(), letters, now);
  }

 private:
  const std::uint64_t per_minute_;
  std::mutex mutex_;
  std::deque<Time> written_;  // guarded by mutex_; at most per_minute_
};

}  // namespace pico::writer
