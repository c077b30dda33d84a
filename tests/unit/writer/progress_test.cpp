#include "progress.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace pico::writer {
namespace {

/// A journal whose first release() takes until it is told to go on, or until another one has overtaken it.
class SlowJournal final : public journal::Journal {
 public:
  void submit(journal::Group) override {}
  [[nodiscard]] journal::State state() const override { return journal::State::ok; }
  [[nodiscard]] std::string problem() const override { return {}; }
  [[nodiscard]] std::chrono::milliseconds oldest_wait() const override { return {}; }
  [[nodiscard]] journal::EpochId epoch() const override { return {}; }
  [[nodiscard]] journal::Sequence durable() const override { return 9; }
  [[nodiscard]] std::uint64_t bytes() const override { return 0; }
  [[nodiscard]] std::vector<journal::EpochInfo> epochs() const override { return {}; }
  [[nodiscard]] std::unique_ptr<journal::Reader> reader(const journal::EpochId&) override { return nullptr; }
  void stop() override {}

  void release(const journal::EpochId&, journal::Sequence sequence) override {
    if (!begun_.exchange(true)) {
      first_begins.set_value();
      go_on.get_future().wait();
    }
    last = sequence;
  }

  std::promise<void> first_begins, go_on;
  std::atomic<journal::Sequence> last = 0;

 private:
  std::atomic<bool> begun_ = false;
};

TEST(Progress, TheJournalHearsLastWhatIsCommittedLast) {
  SlowJournal journal;
  Progress progress(journal, 2);
  std::jthread first([&] { progress.set(0, {}, 5); });
  journal.first_begins.get_future().wait();
  std::promise<void> second_is_through;
  std::jthread second([&] {
    progress.set(1, {}, 7);
    second_is_through.set_value();
  });
  auto through = second_is_through.get_future();
  // Either it waits for the first one, or it has overtaken it: a wrong order shows in the end, however long this is.
  through.wait_for(std::chrono::milliseconds(200));
  journal.go_on.set_value();
  first.join();
  second.join();
  EXPECT_EQ(journal.last, 5u);
  EXPECT_EQ(progress.of({}), 5u);
}

}  // namespace
}  // namespace pico::writer
