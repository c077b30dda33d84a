#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "appender.hpp"
#include "files.hpp"
#include "group_queue.hpp"
#include "metrics.hpp"
#include "pico/journal/journal.hpp"
#include "supply.hpp"

namespace pico::journal {

/// The journal thread: takes what waits, writes it, syncs once, answers every group. Owns the thread. What happens on failure:
/// the groups concerned are answered `failed`, the segment is given up, and new ones are tried with growing pauses, during which
/// every group is answered `failed` at once. Without room, groups are answered `full` until there is some.
/// Public functions are thread-safe.
class Committer {
 public:
  Committer(std::shared_ptr<Files> files, std::shared_ptr<Catalogue> catalogue, Supply& supply, const Options& options,
            const SegmentName& first_name, const Metrics& metrics);
  ~Committer() { stop(); }

  void submit(Group group);
  /// Commits what was submitted before, then ends the thread.
  void stop();

  [[nodiscard]] State state() const { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] std::string problem() const;
  [[nodiscard]] std::chrono::milliseconds oldest_wait() const { return queue_.oldest_wait(); }

 private:
  void run();
  void commit(std::span<Group> groups);
  Result<std::size_t> store(std::span<const Group> groups);
  Result<void> make_ready(std::size_t group_bytes);
  Result<void> check_disk();
  Result<std::size_t> write_and_sync(std::span<const Group> groups);
  void finish(std::span<Group> groups, Outcome outcome) const;
  void note_failure(const Error& error);
  void set_state(State state, const std::string& problem);

  // constant after construction
  const std::shared_ptr<Files> files_;
  const Options options_;
  const Metrics metrics_;
  Supply& supply_;

  // of the journal thread
  Appender appender_;
  Files::TimePoint retry_at_ = Files::TimePoint::min();
  std::chrono::milliseconds pause_{0};  // before the next attempt after a failure; zero when all is well
  Files::TimePoint next_disk_check_ = Files::TimePoint::min();

  // with their own synchronisation
  GroupQueue queue_;
  std::atomic<State> state_{State::ok};
  mutable std::mutex problem_mutex_;
  std::string problem_;  // guarded by problem_mutex_
  std::once_flag stopped_;
  std::thread thread_;
};

}  // namespace pico::journal
