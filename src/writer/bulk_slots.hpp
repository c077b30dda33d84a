#pragma once
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "pico/metrics/registry.hpp"
#include "session.hpp"

namespace pico::writer {

/// A place for one bulk write at a time: its session, and the shard of the checkpoint under which it does what has no step of its own.
struct BulkSlot {
  std::uint8_t shard = 0;
  std::unique_ptr<Session> session;  ///< null: not opened yet, or given up
};

/// A fixed number of slots for threads that take turns. Thread-safe. The gauge must outlive it.
class BulkSlots {
 public:
  BulkSlots(std::size_t count, metrics::Gauge& waiting) : waiting_(waiting), slots_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      slots_[i].shard = static_cast<std::uint8_t>(i);
      free_.push_back(&slots_[i]);
    }
  }

  /// Holds a slot; waits for one.
  class Lease {
   public:
    explicit Lease(BulkSlots& slots) : slots_(slots), slot_(slots.take()) {}
    ~Lease() { slots_.give_back(slot_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    BulkSlot& operator*() const { return *slot_; }

   private:
    BulkSlots& slots_;
    BulkSlot* const slot_;
  };

 private:
  BulkSlot* take() {
    std::unique_lock lock(mutex_);
    waiting_.Increment();
    freed_.wait(lock, [&] { return !free_.empty(); });
    waiting_.Decrement();
    auto* const slot = free_.back();  // the one used last: those that are not needed never connect
    free_.pop_back();
    return slot;
  }
  void give_back(BulkSlot* slot) {
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);
    freed_.notify_one();
  }

  metrics::Gauge& waiting_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<BulkSlot> slots_;
  std::vector<BulkSlot*> free_;  // guarded by mutex_
};

}  // namespace pico::writer
