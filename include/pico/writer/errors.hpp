#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace pico::writer {

/// Somebody else has moved a checkpoint of ours, or the database has gone back in time: what we remember is no longer true.
class CheckpointMoved : public std::runtime_error {
 public:
  CheckpointMoved() : std::runtime_error("a checkpoint is not where it was left") {}
};

/// A server with another folder writes the epoch.
class EpochInUse : public std::runtime_error {
 public:
  explicit EpochInUse(const std::string& epoch)
      : std::runtime_error("another server writes epoch " + epoch +
                           " of the journal: this data directory is a copy of that server's, or was moved here less than a minute "
                           "ago; stop the other server, or give this one a data directory of its own") {}
};

/// An event that cannot be stored (validity.hpp). Says nothing of its content.
class InvalidEvent : public std::runtime_error {
 public:
  explicit InvalidEvent(std::uint64_t number)
      : std::runtime_error("event " + std::to_string(number) + " is dated before 2000 or more than a day ahead, or contradicts itself"),
        number_(number) {}

  /// Which of those that were handed in, counted from 0.
  [[nodiscard]] std::uint64_t number() const { return number_; }

 private:
  std::uint64_t number_;
};

}  // namespace pico::writer
