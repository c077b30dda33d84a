#include "group_queue.hpp"

#include <algorithm>
#include <utility>

namespace pico::journal {

bool GroupQueue::push(Group& group) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    if (waiting_.empty()) waiting_since_ = files_.now();
    records_ += std::max(group.records, 1u);
    waiting_.push_back(std::move(group));
    wake = records_ >= wake_at_;
    if (wake) wake_at_ = nobody_waits;
  }
  if (wake) wake_.notify_one();
  return true;
}

bool GroupQueue::take(std::vector<Group>& out, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  const auto wait_for = [&](std::uint64_t records, auto time) {
    wake_at_ = records;
    wake_.wait_for(lock, time, [&] { return records_ >= records || closed_; });
    wake_at_ = nobody_waits;
  };
  if (waiting_.empty()) {
    const auto start = std::chrono::steady_clock::now();
    wait_for(1, at_most);
    if (std::chrono::steady_clock::now() - start > window_) target_ = 0;  // a pause: nobody else is coming
  }
  if (!waiting_.empty()) {
    if (target_ >= least_target && records_ < target_) wait_for(target_, window_);
    learn(records_);
  }

  out.clear();
  std::swap(out, waiting_);
  records_ = 0;
  taken_since_ = std::exchange(waiting_since_, std::nullopt);
  return !out.empty() || !closed_;
}

void GroupQueue::learn(std::uint64_t records) {
  if (records < target_) {
    target_ = records;
    hold_ = patience;
  } else if (hold_ > 0) {
    --hold_;
  } else {
    target_ = records + records / 8 + 1;
  }
}

void GroupQueue::committed() {
  const std::lock_guard lock(mutex_);
  taken_since_.reset();
}

void GroupQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_one();
}

std::chrono::milliseconds GroupQueue::oldest_wait() const {
  const std::lock_guard lock(mutex_);
  const auto since = taken_since_ ? taken_since_ : waiting_since_;
  if (!since) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(files_.now() - *since);
}

}  // namespace pico::journal
