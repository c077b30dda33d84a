#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "child_process.hpp"
#include "log_file.hpp"

namespace pico::storage::embedded {

/// Runs one program for as long as this object lives: starts it, starts it anew with back-off when it ends.
///
/// The thread is the child's parent in the kernel's eyes (start_child), so it must live as long as the child does, and does.
class Supervisor {
 public:
  /// `log` is where the program's output goes.
  Supervisor(Command command, Account account, LogFile log, std::chrono::milliseconds shutdown_timeout);
  /// Ends the program and joins the thread.
  ~Supervisor();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// How often the program ended unasked.
  [[nodiscard]] unsigned ends() const { return ends_; }

 private:
  void run();
  /// Runs the program once, to its end or until asked to stop.
  void run_once();
  [[nodiscard]] bool stopping() const;
  void pause(std::chrono::milliseconds length);

  // Constant after construction.
  const Command command_;
  const Account account_;
  const LogFile log_;
  const std::chrono::milliseconds shutdown_timeout_;
  const int stop_event_;  // an eventfd

  std::atomic<pid_t> pid_ = 0;
  std::atomic<unsigned> ends_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace pico::storage::embedded
