#include "stream_queues.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "session.hpp"

namespace pico::http {

void StreamQueue::leave() {
  if (std::exchange(session_, nullptr) == nullptr) return;
  counted_in_.Decrement();
  const std::lock_guard lock(mutex_);
  left_ = true;
  changed_.notify_all();
}

void StreamQueue::wake_session() {
  if (left_ || !std::exchange(session_waits_, false)) return;
  // Posted under the lock: as the session has not left, its context still runs.
  asio::post(context_, [self = shared_from_this()] {
    if (self->session_ != nullptr) self->session_->go_on();
  });
}

std::string_view BodyQueue::read() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_ || left_ || !bytes_.empty(); });
  if (left_ && !ended_) throw BodyLost();
  piece_.swap(bytes_);
  bytes_.clear();
  wake_session();
  return piece_;
}

void BodyQueue::push(std::string_view piece) {
  if (piece.empty()) return;
  const std::lock_guard lock(mutex_);
  bytes_.append(piece);
  changed_.notify_one();
}

void BodyQueue::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_one();
}

bool BodyQueue::full() {
  const std::lock_guard lock(mutex_);
  session_waits_ = bytes_.size() >= capacity;
  return session_waits_;
}

bool AnswerQueue::write(std::string_view piece) {
  std::unique_lock lock(mutex_);
  while (!piece.empty()) {
    changed_.wait(lock, [this] { return left_ || state_ != State::going_on || bytes_.size() < capacity; });
    if (left_ || state_ != State::going_on) return false;
    const auto fits = piece.substr(0, capacity - bytes_.size());
    bytes_.append(fits);
    piece.remove_prefix(fits.size());
    wake_session();
  }
  return !left_;
}

void AnswerQueue::end(State how) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::going_on) return;
  state_ = how;
  wake_session();
}

AnswerQueue::State AnswerQueue::take(std::string& bytes) {
  const std::lock_guard lock(mutex_);
  bytes.clear();
  bytes.swap(bytes_);
  if (!bytes.empty()) {
    changed_.notify_one();
    return state_ == State::aborted ? State::aborted : State::going_on;  // of what is finished, the end is seen by the next call
  }
  session_waits_ = state_ == State::going_on;
  return state_;
}

}  // namespace pico::http
