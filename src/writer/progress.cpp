#include "progress.hpp"

#include <algorithm>

namespace pico::writer {

void Progress::set(std::size_t worker, const journal::EpochId& epoch, journal::Sequence sequence) {
  {
    const std::lock_guard lock(mutex_);
    auto& sequences = epochs_[epoch];
    sequences.resize(workers_);
    if (sequences[worker] == sequence) return;
    sequences[worker] = sequence;
    // Under the lock, since of two calls the journal believes the one that comes last.
    journal_.release(epoch, slowest(epoch));
  }
  moved_.notify_all();
}

journal::Sequence Progress::slowest(const journal::EpochId& epoch) const {
  const auto found = epochs_.find(epoch);
  return found == epochs_.end() ? 0 : *std::min_element(found->second.begin(), found->second.end());
}

journal::Sequence Progress::of(const journal::EpochId& epoch) const {
  const std::lock_guard lock(mutex_);
  return slowest(epoch);
}

std::uint64_t Progress::lag() const {
  std::uint64_t records = 0;
  for (const auto& epoch : journal_.epochs()) {
    if (epoch.first == 0) continue;
    const auto done = std::max(of(epoch.id), epoch.first - 1);
    if (epoch.last > done) records += epoch.last - done;
  }
  return records;
}

bool Progress::wait(const journal::EpochId& epoch, journal::Sequence sequence, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  moved_.wait_for(lock, at_most, [&] { return interrupted_ || slowest(epoch) >= sequence; });
  --waiting_;
  return slowest(epoch) >= sequence;
}

bool Progress::awaited() const {
  const std::lock_guard lock(mutex_);
  return waiting_ > 0;
}

void Progress::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  moved_.notify_all();
}

}  // namespace pico::writer
