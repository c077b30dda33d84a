#include "pico/storage/pool.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace pico::storage {
namespace {

constexpr std::chrono::seconds sign_of_life_interval{2};

}  // namespace

class Pool::Impl {
 public:
  Impl(PoolOptions options, metrics::Registry& registry)
      : options_(std::move(options)),
        up_(registry.gauge("picolytics_postgres_up", "1 while Postgres answers.")),
        failed_(registry.counter("picolytics_query_errors_total", "Reads that failed or could not be run.")),
        seconds_(registry.histogram("picolytics_query_seconds", "Duration of reads.", {.001, .003, .01, .03, .1, .3, 1, 3, 10})) {
    options_.connect.statement_timeout = options_.statement_timeout;
    for (unsigned i = 0; i < std::max(1u, options_.threads); ++i) {
      auto& thread = threads_.emplace_back([this] { work(); });
      pthread_setname_np(thread.native_handle(), ("query-" + std::to_string(i)).c_str());
    }
  }

  void run(Job job, Failed failed) {
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && waiting_.size() < options_.max_waiting) {
        waiting_.push_back({std::move(job), std::move(failed)});
        wake_.notify_one();
        return;
      }
    }
    failed_.Increment();
    failed();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  [[nodiscard]] bool healthy() const { return healthy_; }

 private:
  struct Task {
    Job job;
    Failed failed;
  };

  void work() {
    std::optional<Connection> connection;
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait_for(lock, sign_of_life_interval, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_ && waiting_.empty()) return;
      std::optional<Task> task;
      if (!waiting_.empty()) {
        task = std::move(waiting_.front());
        waiting_.pop_front();
      }
      const bool stopping = stopping_;
      lock.unlock();
      if (!task)
        ask_for_sign_of_life(connection);
      else if (stopping)
        fail(*task);
      else
        run_task(connection, *task);
      lock.lock();
    }
  }

  /// Opens the connection where it is not there or lost.
  bool connect(std::optional<Connection>& connection) {
    if (connection && !connection->lost()) return true;
    connection.reset();
    auto opened = Connection::open(options_.connect);
    note(static_cast<bool>(opened));
    if (!opened) return false;
    connection.emplace(std::move(*opened));
    return true;
  }

  void ask_for_sign_of_life(std::optional<Connection>& connection) {
    if (!connect(connection)) return;
    try {
      connection->execute("select 1");
      note(true);
    } catch (const DatabaseError&) {
      note(false);
    }
  }

  void run_task(std::optional<Connection>& connection, const Task& task) {
    if (!connect(connection)) return fail(task);
    const auto begin = std::chrono::steady_clock::now();
    try {
      task.job(*connection);
      note(true);
    } catch (const DatabaseError& error) {
      spdlog::warn("a read failed: {}", error.what());
      if (error.connection_lost()) note(false);
      fail(task);
    }
    seconds_.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }

  void fail(const Task& task) {
    failed_.Increment();
    task.failed();
  }

  void note(bool answered) {
    if (healthy_.exchange(answered) && !answered) spdlog::warn("Postgres does not answer");
    up_.Set(answered ? 1 : 0);
  }

  PoolOptions options_;
  metrics::Gauge& up_;
  metrics::Counter& failed_;
  metrics::Histogram& seconds_;
  std::atomic<bool> healthy_{true};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> waiting_;  // guarded by mutex_
  bool stopping_ = false;     // guarded by mutex_
  std::vector<std::thread> threads_;
};

Pool::Pool(PoolOptions options, metrics::Registry& registry) : impl_(std::make_unique<Impl>(std::move(options), registry)) {}
Pool::~Pool() { stop(); }
void Pool::run(Job job, Failed failed) { impl_->run(std::move(job), std::move(failed)); }
bool Pool::healthy() const { return impl_->healthy(); }
void Pool::stop() { impl_->stop(); }

}  // namespace pico::storage
