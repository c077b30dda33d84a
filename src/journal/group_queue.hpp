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
/// A sync in progress is what lets groups gather. Only when far fewer wait after it than came with the last ones, and others are
/// on their way therefore, take() waits a little longer: never more than the window, and not at all after a pause.
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
  static constexpr std::uint64_t nobody_waits = std::numeric_limits<std::uint64_t>::max();

  // constant after construction
  const Files& files_;
  const std::chrono::microseconds window_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // guarded by mutex_
  std::vector<Group> waiting_;
  std::uint64_t records_ = 0;             // of waiting_
  std::uint64_t wake_at_ = nobody_waits;  // number of records that the journal thread sleeps for
  std::uint64_t expected_ = 0;            // records that came together lately
  bool closed_ = false;
  std::optional<Files::TimePoint> waiting_since_, taken_since_;
};

}  // namespace pico::journal
