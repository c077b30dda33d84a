#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "batch.hpp"
#include "batch_transaction.hpp"
#include "dead_letter_limit.hpp"
#include "epoch_source.hpp"
#include "metrics.hpp"
#include "pico/writer/writer.hpp"
#include "progress.hpp"

namespace pico::writer {

/// What all workers share. All members outlive them.
struct Shared {
  const Options options;
  journal::Journal& journal;
  const Clock& clock;
  const OnCommitted on_committed;
  Metrics metrics;
  Progress progress;
  DeadLetterLimit dead_letters;
};

/// One thread with one connection, which writes its shards: old epochs first, oldest first, then the live one.
///
/// Whenever something fails that is not a record's own fault, the session is given up and everything begins anew from the
/// checkpoints in the database, after a pause. So a lost connection, a commit whose outcome is not known, a failover and a
/// restored backup are one case, and the normal start is the same.
class Worker {
 public:
  Worker(Shared& shared, std::size_t number);
  ~Worker();

  /// Returns at once; the thread goes on until it has caught up or the time has come.
  void request_stop(std::chrono::steady_clock::time_point deadline);
  /// After request_stop(): returns when the thread has ended. Past the deadline it ends running statements.
  void await_end();

  [[nodiscard]] State state() const;
  [[nodiscard]] std::string problem() const;

 private:
  void run();
  /// False: nothing more to do. True: try again, after a pause that has been made.
  bool attempt();
  void retry_later(const std::string& reason);
  void work();
  void drain(Session& session, EpochSource& source);
  /// Fills the batch until it is due. True: the source has no more for good, or for now and we are stopping.
  bool fill(EpochSource& source);
  [[nodiscard]] std::size_t batch_limit(const EpochSource& source) const;
  [[nodiscard]] std::chrono::milliseconds time_until_due() const;
  /// Until the records are committed, dead letters and all: halves them to find those that Postgres refuses.
  void write(Session& session, EpochSource& source, std::span<Record> records, journal::Sequence target);
  void write_once(Session& session, EpochSource& source, std::span<const Record> records, journal::Sequence target);
  void report(const EpochSource& source, std::span<const Record> records, std::span<const Committed> committed,
              std::chrono::duration<double> taken);
  /// The shards' checkpoints, which are ours from then on. Throws EpochInUse.
  [[nodiscard]] std::vector<journal::Sequence> claim(Session& session, const journal::EpochId& epoch) const;
  /// Without events nothing else would notice that the database was restored or failed over to an older state, or tell others that
  /// we are there.
  void look_while_idle(Session& session, const EpochSource& source);

  /// Waits; a stop request ends it.
  void pause(std::chrono::milliseconds length);
  [[nodiscard]] bool stopping() const;
  /// Stop was requested and its deadline is over.
  [[nodiscard]] bool out_of_time() const;
  void set_state(State state, std::string problem);

  Shared& shared_;
  const std::size_t number_;
  const std::vector<std::uint8_t> shards_;
  // of the thread
  Batch batch_;
  std::chrono::milliseconds next_pause_;
  std::chrono::steady_clock::time_point next_look_{};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // guarded by mutex_
  State state_ = State::starting;
  std::string problem_ = "the writer has no connection to Postgres yet";
  std::optional<std::chrono::steady_clock::time_point> stop_at_;
  bool ended_ = false;

  std::stop_source abandon_;  // own synchronisation; ends the session, or the wait for one
  std::jthread thread_;       // last: it uses the rest
};

}  // namespace pico::writer
