#pragma once
#include <concurrentqueue.h>
#include <atomic>
#include <cstddef>
#include <utility>

namespace pico::queue {

/// A bounded lock-free queue for many producers and few consumers: moodycamel's unbounded one with a bound on items and on bytes.
/// Items of one producer stay in order; items of different producers do not. Never blocks. Thread-safe.
///
/// Consumers sleep only while items() is 0; try_push tells when it made the queue non-empty, so that only then somebody is woken.
/// The counters include pushes under way: items() above 0 with nothing to pop means that an item or its refusal is about to
/// arrive.
template <class T>
class BoundedQueue {
 public:
  enum class Push { ok, ok_was_empty, full };

  BoundedQueue(std::size_t max_items, std::size_t max_bytes) : max_items_(max_items), max_bytes_(max_bytes) {}

  /// `bytes` is what the item occupies; give the same number to popped(). On `full` the item is left as it was.
  Push try_push(T&& item, std::size_t bytes) {
    // Bytes first: a push that found no item before it must not fail afterwards, or another one would have relied on its waking.
    if (bytes_.fetch_add(bytes, std::memory_order_acq_rel) + bytes > max_bytes_) {
      bytes_.fetch_sub(bytes, std::memory_order_acq_rel);
      return Push::full;
    }
    const auto before = items_.fetch_add(1, std::memory_order_acq_rel);
    if (before >= max_items_) {
      popped(1, bytes);
      return Push::full;
    }
    if (!queue_.enqueue(std::move(item))) {  // out of memory
      popped(1, bytes);
      return Push::full;
    }
    return before == 0 ? Push::ok_was_empty : Push::ok;
  }

  /// Moves up to `max` items to `out`; returns how many. Call popped() once they are done with.
  template <class OutputIterator>
  std::size_t try_pop_bulk(OutputIterator out, std::size_t max) {
    return queue_.try_dequeue_bulk(out, max);
  }

  /// Gives the room of popped items back.
  void popped(std::size_t items, std::size_t bytes) {
    bytes_.fetch_sub(bytes, std::memory_order_acq_rel);
    items_.fetch_sub(items, std::memory_order_acq_rel);
  }

  [[nodiscard]] std::size_t items() const { return items_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t capacity() const { return max_items_; }

 private:
  const std::size_t max_items_;
  const std::size_t max_bytes_;
  std::atomic<std::size_t> items_{0};
  std::atomic<std::size_t> bytes_{0};
  moodycamel::ConcurrentQueue<T> queue_;
};

}  // namespace pico::queue
