#include "group_queue.hpp"

#include <gtest/gtest.h>

#include <future>

#include "support.hpp"

namespace pico::journal {
namespace {

using namespace std::chrono_literals;

class GroupQueueTest : public testing::Test {
 protected:
  bool push(int records) {
    auto group = group_of(numbered("r", records));
    return queue_.push(group);
  }
  std::size_t take(std::chrono::milliseconds at_most = 0ms) {
    std::vector<Group> groups;
    open_ = queue_.take(groups, at_most);
    return groups.size();
  }

  FaultyFiles files_;
  GroupQueue queue_{files_, 1h};  // a window that only ends early, or never within a test
  bool open_ = true;
};

TEST_F(GroupQueueTest, GivesOutEverythingThatWaits) {
  push(1);
  push(1);
  EXPECT_EQ(take(), 2u);
  EXPECT_EQ(take(), 0u);
  EXPECT_TRUE(open_);
}

TEST_F(GroupQueueTest, UnderLoadItWaitsForALittleMoreThanCameBefore) {
  push(80);
  take();
  push(1);
  auto taken = std::async(std::launch::async, [this] { return take(); });
  push(89);
  push(1);
  EXPECT_EQ(taken.get(), 3u);
}

TEST_F(GroupQueueTest, AfterAWindowInVainItTakesWhatUsuallyComesWithoutWaiting) {
  GroupQueue queue(files_, 1us);
  std::vector<Group> groups;
  const auto push_and_take = [&](int records) {
    auto group = group_of(numbered("r", records));
    queue.push(group);
    queue.take(groups, 0ms);
    return groups.size();
  };
  EXPECT_EQ(push_and_take(80), 1u);
  EXPECT_EQ(push_and_take(10), 1u) << "the window is over before the other seventy come";
}

TEST_F(GroupQueueTest, ALoneSubmitterNeverWaitsForTheWindow) {
  for (int i = 0; i < 100; ++i) {
    push(1);
    EXPECT_EQ(take(), 1u);
  }
}

TEST_F(GroupQueueTest, ClosingGivesOutTheRestAndEndsEveryWait) {
  push(100);
  take();
  push(1);
  auto taken = std::async(std::launch::async, [this] { return take(); });
  queue_.close();
  EXPECT_EQ(taken.get(), 1u);
  EXPECT_TRUE(open_);
  EXPECT_EQ(take(1h), 0u);
  EXPECT_FALSE(open_);
  EXPECT_FALSE(push(1));
}

TEST_F(GroupQueueTest, TheOldestWaitIncludesTheGroupsBeingWritten) {
  push(1);
  files_.advance(2s);
  push(1);
  EXPECT_EQ(queue_.oldest_wait(), 2s);
  take();
  files_.advance(1s);
  EXPECT_EQ(queue_.oldest_wait(), 3s);
  push(1);
  files_.advance(1s);
  queue_.committed();
  EXPECT_EQ(queue_.oldest_wait(), 1s);
  take();
  queue_.committed();
  EXPECT_EQ(queue_.oldest_wait(), 0s);
}

}  // namespace
}  // namespace pico::journal
