#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "pico/storage/connection.hpp"

namespace pico::app {

/// Work that comes round every few seconds, on a thread and a connection of its own. What goes wrong in a round is logged once and the
/// next round tries again, whatever it was.
class Rounds {
 public:
  /// thread: its name, 15 characters at most. work: what the log calls it ("retention"). round: may block on Postgres for as long as it takes.
  Rounds(std::string thread, std::string work, storage::ConnectOptions database, std::function<void(storage::Connection&)> round);
  ~Rounds();

  void start();
  /// A round that waits for Postgres is cut off: each of its steps must be a transaction, or be done anew at the next start.
  void request_stop();
  void stop();

 private:
  void run(const std::stop_token& stop);
  void try_round(const std::stop_token& stop);
  void tell(const std::string& problem);

  const std::string name_, work_;
  const storage::ConnectOptions database_;
  const std::function<void(storage::Connection&)> round_;
  // Of the thread.
  std::optional<storage::Connection> connection_;
  bool failing_ = false;

  std::mutex mutex_;  // of wake_; there is nothing else to guard
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace pico::app
