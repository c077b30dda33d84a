#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "files.hpp"
#include "pico/journal/journal.hpp"

namespace pico::journal {

/// The groups that wait for the journal thread. Thread-safe; take() and committed() are for the journal thread.
///
/// A sync costs the same processor time for one record as for fifty (60–80 µs), so under load take() lets more of them gather
/// than come during a sync: up to a target, and never longer than the window. The target is learned: it grows while it is
/// reached, falls back to what came when the window passes in vain, and is zero after a pause. So a few callers that wait for
/// their answer before they send more, however many, are not kept waiting for somebody who does not come.
class GroupQueue {
 public:
  GroupQueue(const Files& files, std::chrono::microseconds window) : files_(files), window_(window) {}

  /// False after close(); the group is then untouched. Wakes the journal thread only when that waits for this one.
  bool push(Group& group);
  /// Swaps out everything that waits, after a wait of up to `at_most` for the first group; `out` is empty when none came.
  /// False: closed, and nothing is left.
  bool take(std::vector<Group>& out, std::chrono::milliseconds at_most);
  /// What take() gave out has been answered.
  void committed();
  void close();

  /// How long the oldest group that is not answered has been waiting.
  [[nodiscard]] std::chrono::milliseconds oldest_wait() const;

 private:
  static constexpr std::uint64_t least_target = 4;  // fewer records are not worth waiting for
  static constexpr int patience = 64;               // batches after a window in vain before a larger target is tried
  static constexpr std::uint64_t nobody_waits = std::numeric_limits<std::uint64_t>::max();

  void learn(std::uint64_t records);

  // constant after construction
  const Files& files_;
  const std::chrono::microseconds window_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // guarded by mutex_
  std::vector<Group> waiting_;
  std::uint64_t records_ = 0;             // of waiting_
  std::uint64_t wake_at_ = nobody_waits;  // number of records that the journal thread sleeps for
  std::uint64_t target_ = 0;              // records worth waiting for
  int hold_ = 0;                          // batches before the target may grow
  bool closed_ = false;
  std::optional<Files::TimePoint> waiting_since_, taken_since_;
};

}  // namespace pico::journal
