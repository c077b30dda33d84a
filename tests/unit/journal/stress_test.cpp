#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "support.hpp"

namespace pico::journal {
namespace {

constexpr int threads = 4;
constexpr int records_of_a_thread = 25'000;
constexpr int records_of_a_group = 5;

TEST_F(JournalTest, RecordsOfFourThreadsAreAllDurableOnceAndInOrder) {
  options_.segment_bytes = 1 << 18;
  options_.group_window = std::chrono::microseconds(500);
  auto& journal = open();
  std::atomic<int> durable{0};
  std::vector<std::thread> submitters;
  for (int t = 0; t < threads; ++t) {
    submitters.emplace_back([&, t] {
      for (int i = 0; i < records_of_a_thread; i += records_of_a_group) {
        Texts records;
        for (int k = 0; k < records_of_a_group; ++k) records.push_back(std::to_string(i + k));
        journal.submit(group_of(
            records, [&](Outcome outcome) { durable += outcome == Outcome::durable; }, static_cast<std::uint8_t>(t)));
      }
    });
  }

  const auto reader = journal.reader(journal.epoch());
  std::map<int, int> next;
  Sequence last = 0;
  Entry entry;
  while (last < static_cast<Sequence>(threads) * records_of_a_thread) {
    if (!reader->next(entry)) {
      ASSERT_TRUE(reader->wait(std::chrono::minutes(1)));
      continue;
    }
    ASSERT_EQ(entry.sequence, ++last);
    ASSERT_LE(last, journal.durable());
    const std::string text(reinterpret_cast<const char*>(entry.payload.data()), entry.payload.size());
    ASSERT_EQ(text, std::to_string(next[entry.shard]++));
    if (last % 1000 == 0) journal.release(journal.epoch(), last);
  }
  for (auto& submitter : submitters) submitter.join();
  journal.stop();
  EXPECT_EQ(durable, threads * records_of_a_thread / records_of_a_group);
  EXPECT_FALSE(reader->next(entry));
}

}  // namespace
}  // namespace pico::journal
