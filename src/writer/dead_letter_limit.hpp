#pragma once
#include <algorithm>
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

  /// The room for so many dead letters: given back at its end, unless they were written.
  class Room {
   public:
    /// Throws TooManyDeadLetters.
    Room(DeadLetterLimit& limit, std::uint64_t letters, Time now = std::chrono::steady_clock::now()) : limit_(limit), letters_(letters) {
      limit_.take(letters_, now);
    }
    ~Room() {
      if (!written_) limit_.give_back(letters_);
    }
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    void written() { written_ = true; }

   private:
    DeadLetterLimit& limit_;
    const std::uint64_t letters_;
    bool written_ = false;
  };

 private:
  /// In one step: the writers' threads would pass the limit together otherwise.
  void take(std::uint64_t letters, Time now) {
    if (letters == 0) return;
    const std::lock_guard lock(mutex_);
    while (!written_.empty() && written_.front() <= now - std::chrono::minutes(1)) written_.pop_front();
    if (written_.size() + letters > per_minute_) throw TooManyDeadLetters();
    written_.insert(written_.end(), letters, now);
  }
  void give_back(std::uint64_t letters) {
    const std::lock_guard lock(mutex_);
    written_.resize(written_.size() - std::min<std::size_t>(letters, written_.size()));
  }

  const std::uint64_t per_minute_;
  std::mutex mutex_;
  std::deque<Time> written_;  // guarded by mutex_; at most per_minute_; some may yet be given back
};

}  // namespace pico::writer
