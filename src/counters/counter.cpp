#include "pico/counters/counter.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "merge.hpp"
#include "metrics.hpp"
#include "pico/core/hash.hpp"
#include "pico/storage/sites.hpp"
#include "views.hpp"

namespace pico::counters {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause{250};
constexpr int conflicts_at_most = 10;
constexpr std::chrono::seconds stop_patience{2};

}  // namespace

Counter::Counter(Options options, metrics::Registry& registry)
    : options_(std::move(options)), id_(random_hex(16)), metrics_(std::make_unique<Metrics>(registry)), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "counter");
}

Counter::~Counter() { stop(); }

bool Counter::add(std::vector<storage::PageCount> counts, Done done) {
  Job job;
  job.size = counts.size();
  for (const auto& count : counts) job.bytes += sizeof count + count.page.size();
  job.counts = std::move(counts);
  job.done = [done = std::move(done)](Outcome outcome, storage::ViewTotals) { done(outcome); };
  return enqueue(std::move(job));
}

bool Counter::add(View view, ViewDone done) {
  Job job;
  job.size = 1;
  job.bytes = size_of(view);
  job.view = std::move(view);
  job.done = std::move(done);
  return enqueue(std::move(job));
}

bool Counter::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    const bool full = !waiting_.empty() && (waiting_counts_ + job.size > options_.max_waiting || waiting_bytes_ + job.bytes > options_.max_waiting_bytes);
    if (full) metrics_->overloaded.Increment();
    if (!healthy_) metrics_->unavailable.Increment();
    if (stopping_ || full || !healthy_) return false;
    waiting_counts_ += job.size;
    waiting_bytes_ += job.bytes;
    metrics_->waiting.Set(static_cast<double>(waiting_counts_));
    waiting_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Counter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, stop_patience, [this] { return has_ended_; });
  }
  abandon_.request_stop();  // Postgres may be silent
  thread_.join();
}

bool Counter::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Counter::run() {
  healthy_ = connect();
  for (Group group; next_group(group); group.clear()) {
    if (!group.empty()) write(std::move(group));
    if (!healthy_) healthy_ = wait_for_postgres();
    else look();
  }
  try {
    if (connection_) storage::forget_count_batches(*connection_, id_);
  } catch (const storage::DatabaseError&) {  // the next one to stop does it
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  ended_.notify_all();
}

/// Waits for work and takes the next transaction's. False: the counter stops and nothing is left.
bool Counter::next_group(Group& group) {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, next_look_, [this] { return stopping_ || !waiting_.empty() || !healthy_; });
  std::size_t counts = 0;
  auto job = waiting_.begin();
  for (; job != waiting_.end() && (group.empty() || counts + job->size <= options_.max_group); ++job) {
    counts += job->size;
    waiting_bytes_ -= job->bytes;
    group.push_back(std::move(*job));
  }
  waiting_.erase(waiting_.begin(), job);
  waiting_counts_ -= counts;
  metrics_->waiting.Set(static_cast<double>(waiting_counts_));
  return !group.empty() || !stopping_;
}

void Counter::write(Group group) {
  ++batch_;
  auto outcome = write_until_certain(group);
  if (outcome == Outcome::refused && group.size() > 1) {  // whose fault it is shows when each is alone
    for (auto& job : group) {
      Group alone;
      alone.push_back(std::move(job));
      write(std::move(alone));
    }
    return;
  }
  auto& counter = outcome == Outcome::committed ? metrics_->committed : outcome == Outcome::refused ? metrics_->refused : metrics_->unavailable;
  counter.Increment(static_cast<double>(group.size()));
  for (const auto& job : group) job.done(outcome, job.totals);
}

/// Tries until it is known whether the group has been committed. Only an interrupted commit leaves that open.
Counter::Outcome Counter::write_until_certain(Group& group) {
  const auto give_up = steady_clock::now() + options_.uncertain_at_most;
  bool uncertain = false;
  for (int attempts = 0, conflicts = 0;;) {
    if (!connect()) {
      healthy_ = false;
      if (!uncertain || stopping() || steady_clock::now() > give_up) return Outcome::unavailable;
      wait_for_postgres();
      continue;
    }
    committing_ = false;
    try {
      attempt(group);
      return Outcome::committed;
    } catch (const storage::DatabaseError& error) {
      uncertain = uncertain || (committing_ && error.connection_lost());
      if (error.is_data_error()) return Outcome::refused;
      if (error.connection_lost() ? ++attempts == 1 : error.is_transaction_conflict() && ++conflicts < conflicts_at_most) continue;
      if (!uncertain || stopping() || steady_clock::now() > give_up) {
        spdlog::warn("counts could not be added: {}", error.what());
        return Outcome::unavailable;
      }
      wait_for_postgres();
    }
  }
}

void Counter::attempt(Group& group) {
  const auto begin = steady_clock::now();
  std::vector<storage::PageCount> counts;
  std::vector<const View*> views;
  for (const auto& job : group) {
    counts.insert(counts.end(), job.counts.begin(), job.counts.end());
    if (job.view) views.push_back(&*job.view);
  }
  std::vector<ViewChange> totals;
  {
    storage::Transaction transaction(*connection_);
    storage::hold_sites(*connection_);  // counts are kept by site
    if (storage::begin_count_batch(*connection_, id_, batch_)) {
      if (!counts.empty()) storage::add_page_counts(*connection_, shard_, merge(std::move(counts)));
      if (!views.empty()) {
        add_views(*connection_, shard_, options_.site_zone, views);
        totals = totals_of(*connection_, views);
      }
      committing_ = true;
      transaction.commit();
    } else if (!views.empty()) {  // an attempt before had been committed after all
      totals = totals_of(*connection_, views);
    }
  }
  metrics_->transaction_seconds.Observe(std::chrono::duration<double>(steady_clock::now() - begin).count());
  const auto answers = running_totals(views, totals);
  auto answer = answers.begin();
  for (auto& job : group)
    if (job.view) job.totals = *answer++;
  if (options_.watch.changed && !totals.empty()) options_.watch.changed(totals);
}

/// Looks for what other instances have changed of what is watched.
void Counter::look() {
  if (steady_clock::now() < next_look_) return;
  next_look_ = steady_clock::now() + options_.look_interval;
  if (!options_.watch.watched) return;
  const auto keys = options_.watch.watched();
  if (keys.empty() || !connect()) return;
  try {
    const auto totals = storage::view_totals(*connection_, keys);
    std::vector<ViewChange> changes;
    for (std::size_t i = 0; i < keys.size(); ++i) changes.push_back({keys[i], totals[i]});
    options_.watch.changed(changes);
  } catch (const storage::DatabaseError& error) {
    spdlog::warn("views cannot be looked at: {}", error.what());
  }
}

bool Counter::connect() {
  if (connection_ && !connection_->lost()) return true;
  connection_.reset();
  auto opened = storage::Connection::open(options_.database, abandon_.get_token());
  if (!opened) {
    if (healthy_) spdlog::error("{}", opened.error().message);
    return false;
  }
  try {
    auto connection = std::make_unique<storage::Connection>(std::move(*opened));
    shard_ = storage::hold_shard(*connection);
    connection_ = std::move(connection);
  } catch (const storage::DatabaseError&) {
    return false;
  }
  return true;
}

/// A pause, then a try. True: Postgres is there again.
bool Counter::wait_for_postgres() {
  {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, pause, [this] { return stopping_; });
  }
  if (!connect()) return false;
  healthy_ = true;
  return true;
}

}  // namespace pico::counters
