#include "pico/queue/bounded_queue.hpp"

#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

namespace pico::queue {
namespace {

using Queue = BoundedQueue<std::unique_ptr<int>>;
using Push = Queue::Push;

Push push(Queue& queue, int value, std::size_t bytes) {
  auto item = std::make_unique<int>(value);
  return queue.try_push(std::move(item), bytes);
}

std::vector<int> pop(Queue& queue, std::size_t max) {
  std::vector<std::unique_ptr<int>> items;
  queue.try_pop_bulk(std::back_inserter(items), max);
  std::vector<int> out;
  for (const auto& item : items) out.push_back(*item);
  return out;
}

TEST(BoundedQueue, GivesBackTheItemsOfOneProducerInOrder) {
  Queue queue(10, 100);
  for (int i = 0; i < 5; ++i) push(queue, i, 1);
  EXPECT_EQ(pop(queue, 3), (std::vector{0, 1, 2}));
  EXPECT_EQ(pop(queue, 3), (std::vector{3, 4}));
  EXPECT_TRUE(pop(queue, 3).empty());
}

TEST(BoundedQueue, SaysWhenItBecameNonEmpty) {
  Queue queue(10, 100);
  EXPECT_EQ(push(queue, 1, 1), Push::ok_was_empty);
  EXPECT_EQ(push(queue, 2, 1), Push::ok);
  EXPECT_EQ(pop(queue, 2).size(), 2u);
  EXPECT_EQ(push(queue, 3, 1), Push::ok) << "popped items count until the consumer is done with them";
  queue.popped(2, 2);
  pop(queue, 1);
  queue.popped(1, 1);
  EXPECT_EQ(push(queue, 4, 1), Push::ok_was_empty);
}

TEST(BoundedQueue, IsFullAtItsBoundOnItems) {
  Queue queue(2, 100);
  EXPECT_EQ(queue.capacity(), 2u);
  push(queue, 1, 1);
  push(queue, 2, 1);
  EXPECT_EQ(push(queue, 3, 1), Push::full);
  EXPECT_EQ(queue.items(), 2u);
  EXPECT_EQ(queue.bytes(), 2u);
  pop(queue, 1);
  queue.popped(1, 1);
  EXPECT_EQ(push(queue, 3, 1), Push::ok);
}

TEST(BoundedQueue, IsFullAtItsBoundOnBytes) {
  Queue queue(10, 100);
  EXPECT_EQ(push(queue, 1, 60), Push::ok_was_empty);
  EXPECT_EQ(push(queue, 2, 41), Push::full);
  EXPECT_EQ(push(queue, 2, 40), Push::ok);
  EXPECT_EQ(push(queue, 3, 1), Push::full);
  EXPECT_EQ(queue.items(), 2u);
  EXPECT_EQ(queue.bytes(), 100u);
}

TEST(BoundedQueue, ARefusedItemIsLeftAsItWas) {
  Queue queue(1, 100);
  push(queue, 1, 1);
  auto item = std::make_unique<int>(2);
  EXPECT_EQ(queue.try_push(std::move(item), 1), Push::full);
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(*item, 2);
}

TEST(BoundedQueue, AnItemTooLargeForAnEmptyQueueDoesNotCountAsTheFirst) {
  Queue queue(10, 100);
  EXPECT_EQ(push(queue, 1, 101), Push::full);
  EXPECT_EQ(push(queue, 2, 1), Push::ok_was_empty);
}

/// Pushes from many threads at once; returns how many pushes were taken.
int push_from_threads(Queue& queue, int threads, int each, std::size_t bytes) {
  std::atomic<int> taken{0};
  std::latch start(threads);
  std::vector<std::jthread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      start.arrive_and_wait();
      for (int i = 0; i < each; ++i) taken += push(queue, i, bytes) != Push::full;
    });
  }
  running.clear();
  return taken;
}

TEST(BoundedQueue, ManyProducersTogetherNeverExceedTheBoundOnItems) {
  Queue queue(1000, 1000000);
  EXPECT_EQ(push_from_threads(queue, 8, 500, 1), 1000);
  EXPECT_EQ(pop(queue, 5000).size(), 1000u);
}

TEST(BoundedQueue, ManyProducersTogetherNeverExceedTheBoundOnBytes) {
  Queue queue(1000000, 7000);
  EXPECT_EQ(push_from_threads(queue, 8, 500, 7), 1000);
  EXPECT_EQ(queue.bytes(), 7000u);
  EXPECT_EQ(pop(queue, 5000).size(), 1000u);
}

/// Consumers that sleep until somebody tells them that the queue is no longer empty; a lost wake-up would never end.
TEST(BoundedQueue, UnderManyThreadsNothingIsLostOrDoubledAndNobodySleepsOn) {
  constexpr int producers = 4, each = 20000, all = producers * each;
  constexpr std::size_t max_bytes = 40;
  const auto bytes_of = [](int value) { return 1 + static_cast<std::size_t>(value) % 7; };
  Queue queue(16, max_bytes);
  std::counting_semaphore<> filled(0);
  std::latch start(producers + 1);
  std::vector<std::jthread> running;
  for (int p = 0; p < producers; ++p) {
    running.emplace_back([&, p] {
      start.arrive_and_wait();
      for (int value = p * each; value < (p + 1) * each; ++value) {
        EXPECT_EQ(push(queue, -1, max_bytes + 1), Push::full) << "larger than the bound";
        auto pushed = Push::full;
        while ((pushed = push(queue, value, bytes_of(value))) == Push::full) std::this_thread::yield();
        if (pushed == Push::ok_was_empty) filled.release();
      }
    });
  }
  std::vector<int> seen(all, 0);
  start.arrive_and_wait();
  for (int taken = 0; taken < all;) {
    const auto values = pop(queue, 5);
    for (const int value : values) {
      ++seen[static_cast<std::size_t>(value)];
      queue.popped(1, bytes_of(value));
    }
    taken += static_cast<int>(values.size());
    if (values.empty() && queue.items() == 0) filled.acquire();
  }
  EXPECT_EQ(seen, std::vector<int>(all, 1));
  EXPECT_EQ(queue.items(), 0u);
  EXPECT_EQ(queue.bytes(), 0u);
}

}  // namespace
}  // namespace pico::queue
