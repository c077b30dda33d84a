#include "dead_letter_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

namespace pico::writer {
namespace {

using namespace std::chrono_literals;
using Room = DeadLetterLimit::Room;

TEST(DeadLetterLimit, HoldsForAllThreadsTogether) {
  constexpr int threads = 16, rounds = 200;
  for (int round = 0; round < rounds; ++round) {
    DeadLetterLimit limit(10);
    std::atomic<int> written = 0;
    std::barrier start(threads);
    {
      std::vector<std::jthread> writers;
      for (int i = 0; i < threads; ++i) {
        writers.emplace_back([&] {
          start.arrive_and_wait();
          try {
            Room room(limit, 1);
            room.written();
            ++written;
          } catch (const TooManyDeadLetters&) {
          }
        });
      }
    }
    ASSERT_EQ(written, 10) << round;
  }
}

TEST(DeadLetterLimit, CountsNoLetterWhoseTransactionFails) {
  DeadLetterLimit limit(10);
  for (int i = 0; i < 5; ++i) const Room failed(limit, 10);
  Room written(limit, 10);
  written.written();
  EXPECT_THROW(Room(limit, 1), TooManyDeadLetters);
}

TEST(DeadLetterLimit, CountsRoomThatIsTakenBeforeItIsUsed) {
  DeadLetterLimit limit(10);
  const Room under_way(limit, 10);
  EXPECT_THROW(Room(limit, 1), TooManyDeadLetters);
}

TEST(DeadLetterLimit, ForgetsAfterAMinute) {
  DeadLetterLimit limit(10);
  const auto now = DeadLetterLimit::Time::clock::now();
  Room(limit, 10, now).written();
  EXPECT_THROW(Room(limit, 1, now + 59s), TooManyDeadLetters);
  EXPECT_NO_THROW(Room(limit, 10, now + 61s));
}

TEST(DeadLetterLimit, HasRoomForNoLettersAtAnyTime) {
  DeadLetterLimit limit(0);
  EXPECT_NO_THROW(Room(limit, 0));
  EXPECT_THROW(Room(limit, 1), TooManyDeadLetters);
}

}  // namespace
}  // namespace pico::writer
