#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "pico/core/time_zone.hpp"
#include "pico/counters/view.hpp"
#include "pico/metrics/registry.hpp"
#include "pico/storage/connection.hpp"
#include "pico/storage/page_counts.hpp"

/// What is counted as a number, without visitors.
namespace pico::counters {

struct Options {
  storage::ConnectOptions database;
  std::size_t max_waiting = 100'000;           ///< counts that may wait for Postgres
  std::size_t max_waiting_bytes = 64u << 20;   ///< and the memory of their pages
  std::size_t max_group = 10'000;              ///< counts of one transaction (a larger request is one all the same)
  std::chrono::seconds uncertain_at_most{60};  ///< how long an interrupted commit is looked into
  TimeZone site_zone;                          ///< of the sites that views make
  ViewWatch watch;                             ///< may be empty
  std::chrono::milliseconds look_interval{1000};  ///< how often other instances' changes to what is watched are looked for
};

struct Metrics;

/// Adds counts in Postgres and says when they are there. Requests that come while a transaction runs share the next one, so that the
/// disk is waited for once for many. A request is counted whole or not at all, and once: a commit whose connection broke is tried
/// again under its number (storage::begin_count_batch).
///
/// Threads: one of its own (`counter`), which alone talks to Postgres; the public functions from any. Owns that thread and its
/// session. On failure: requests are answered `unavailable`, and refused at once for as long as Postgres is away.
class Counter {
 public:
  enum class Outcome : std::uint8_t {
    committed,
    unavailable,  ///< not counted, as far as is known: only a commit that could not be looked into for a minute may have been
    refused,      ///< Postgres does not take this data
  };
  /// Called once, on the counter's thread; must not block or throw.
  using Done = std::function<void(Outcome)>;
  /// The totals are those of View::asked.
  using ViewDone = std::function<void(Outcome, storage::ViewTotals)>;

  Counter(Options options, metrics::Registry& registry);
  /// stop()
  ~Counter();
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  /// Takes counts (PageCount says what they must be; any order, pages may repeat). False: Postgres is away, too much is waiting, or
  /// the counter stops; nothing was taken and `done` will not be called.
  [[nodiscard]] bool add(std::vector<storage::PageCount> counts, Done done);

  /// Takes a view, likewise. A site that does not exist yet is made. Titles and the like are clean text of bounded size.
  [[nodiscard]] bool add(View view, ViewDone done);

  /// Counts what is waiting, then ends; what Postgres has not taken after 2 s is answered `unavailable`. What comes later is refused.
  void stop();

 private:
  struct Job {
    std::vector<storage::PageCount> counts;
    std::optional<View> view;
    ViewDone done;
    storage::ViewTotals totals;       ///< for `done`
    std::size_t size = 0, bytes = 0;  ///< counts, and the memory they take
  };
  using Group = std::vector<Job>;

  bool enqueue(Job job);
  void run();
  bool next_group(Group& group);
  void write(Group group);
  Outcome write_until_certain(Group& group);
  void attempt(Group& group);
  void look();
  bool connect();
  bool wait_for_postgres();
  [[nodiscard]] bool stopping() const;

  const Options options_;
  const std::string id_;  ///< of this process in pico.count_batches
  const std::unique_ptr<Metrics> metrics_;

  std::atomic<bool> healthy_ = true;

  // The counter's thread alone:
  std::unique_ptr<storage::Connection> connection_;
  int shard_ = 0;
  std::int64_t batch_ = 0;
  bool committing_ = false;  ///< the last attempt got as far as its commit
  std::chrono::steady_clock::time_point next_look_;

  mutable std::mutex mutex_;
  std::condition_variable wake_, ended_;
  Group waiting_;                   // guarded by mutex_
  std::size_t waiting_counts_ = 0;  // guarded by mutex_
  std::size_t waiting_bytes_ = 0;   // guarded by mutex_
  bool stopping_ = false;           // guarded by mutex_
  bool has_ended_ = false;          // guarded by mutex_

  std::stop_source abandon_;  ///< own synchronisation; cuts the session off, or the wait for one

  std::thread thread_;
};

}  // namespace pico::counters
