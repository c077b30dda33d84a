#include "worker.hpp"

/// The part of a worker that other threads call, and what the thread asks it.
namespace pico::writer {

using std::chrono::steady_clock;

void Worker::request_stop(steady_clock::time_point deadline) {
  const std::lock_guard lock(mutex_);
  if (!stop_at_ || deadline < *stop_at_) stop_at_ = deadline;
  wake_.notify_all();
}

void Worker::await_end() {
  std::unique_lock lock(mutex_);
  if (wake_.wait_until(lock, *stop_at_, [&] { return ended_; })) return;
  lock.unlock();
  abandon_.request_stop();  // Postgres may be silent: what it is asked for is not waited for
  lock.lock();
  wake_.wait(lock, [&] { return ended_; });
}

State Worker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string Worker::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void Worker::pause(std::chrono::milliseconds length) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, length, [&] { return stop_at_.has_value(); });
}

bool Worker::stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_at_.has_value();
}

bool Worker::out_of_time() const {
  const std::lock_guard lock(mutex_);
  return stop_at_ && steady_clock::now() >= *stop_at_;
}

void Worker::set_state(State state, std::string problem) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  problem_ = std::move(problem);
}

}  // namespace pico::writer
