#include "pico/storage/pool.hpp"

#include "pool_worker.hpp"

namespace pico::storage {

Pool::Pool(PoolOptions options, Metrics& metrics) : options_(std::move(options)), metrics_(metrics) {
  for (int i = 0; i < options_.threads; ++i) workers_.push_back(std::make_unique<Worker>(*this, i));
}

Pool::~Pool() {
  stop();
}

bool Pool::run(Work work, Done done) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (waiting_.size() >= options_.max_waiting) {
      metrics_.rejected.Increment();
      return false;
    }
    waiting_.push_back({std::move(work), std::move(done)});
    metrics_.waiting.Set(static_cast<double>(waiting_.size()));
  }
  wake_.notify_one();
  return true;
}

std::optional<Pool::Query> Pool::next() {
  std::unique_lock lock(mutex_);
  if (!wake_.wait_for(lock, options_.ping_interval, [&] { return stopping_ || !waiting_.empty(); })) return Query{};
  if (stopping_) return std::nullopt;
  auto query = std::move(waiting_.front());
  waiting_.pop_front();
  metrics_.waiting.Set(static_cast<double>(waiting_.size()));
  return query;
}

void Pool::stop() {
  std::deque<Query> abandoned;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    abandoned.swap(waiting_);
  }
  wake_.notify_all();
  workers_.clear();
  const auto stopped = std::make_exception_ptr(DatabaseError("", true, "the server is stopping"));
  for (const auto& query : abandoned) query.done(stopped);
}

}  // namespace pico::storage
