#pragma once
#include <cstdint>

#include "pico/storage/connection.hpp"

namespace pico::storage {

/// An advisory lock of the whole database that one session has at a time, over as many transactions as it likes, until this object goes or the
/// session ends. Any number will do for an id, as long as every version of the server uses the same one. All functions throw DatabaseError.
class SessionLock {
 public:
  /// Takes it unless another session has it. The connection must outlive this.
  SessionLock(Connection& connection, std::int64_t id);
  ~SessionLock();
  SessionLock(const SessionLock&) = delete;
  SessionLock& operator=(const SessionLock&) = delete;

  [[nodiscard]] bool held() const { return held_; }
  /// Waits until it is held.
  void wait();

 private:
  Connection& connection_;
  const std::int64_t id_;
  bool held_;
};

}  // namespace pico::storage
