#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "pico/event/codec.hpp"
#include "pico/ingest/ingest.hpp"
#include "support/temporary_folder.hpp"

namespace pico::ingest {
namespace {

using namespace std::chrono_literals;

/// Ingestion with a real journal, as the server builds it.
class PipelineTest : public testing::Test {
 protected:
  PipelineTest() {
    options_.valid_event_names = {"load"};
    now_ = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    salts_.put(TimeZone().local_day(now_), HashKey::random());
    journal_ = std::move(*journal::Journal::open({.directory = folder_.path(), .segment_bytes = 1 << 20, .min_free_bytes = 0}, registry_));
  }

  void start() {
    ingest_ = std::make_unique<Ingest>(options_, *enrich::Knowledge::load({}, registry_), salts_, sites_, *journal_, registry_);
    ingest_->start();
  }

  Answer send(std::string_view url, Ticket ticket) {
    Submission submission;
    submission.received_at = now_;
    submission.user_agent = "Mozilla/5.0 Chrome/129.0";
    return ingest_->accept_json(std::string(R"({"n":"load","l":")").append(url).append(R"("})"), submission, ticket);
  }

  std::set<std::string> journalled_paths() {
    std::set<std::string> paths;
    const auto reader = journal_->reader(journal_->epoch());
    journal::Entry entry;
    while (reader->next(entry)) {
      const auto event = event::decode(entry.payload);
      EXPECT_TRUE(event);
      EXPECT_TRUE(paths.emplace(event->path).second) << "an event is journalled once";
    }
    return paths;
  }

  test::TemporaryFolder folder_;
  metrics::Registry registry_;
  Options options_;
  Instant now_;
  enrich::Salts salts_;
  enrich::Sites sites_{TimeZone()};
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<Ingest> ingest_;
};

TEST_F(PipelineTest, WhatManyThreadsSendIsJournalledOnceAndEachTicketIsFinishedOnce) {
  options_.threads = 2;
  start();
  constexpr int senders = 4, each = 500;
  std::atomic<int> stored{0};
  const Ticket ticket{&stored, [](void* context, Outcome outcome) noexcept {
                        if (outcome == Outcome::stored) static_cast<std::atomic<int>*>(context)->fetch_add(1);
                      }};
  std::vector<std::thread> threads;
  for (int sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (int i = 0; i < each; ++i)
        EXPECT_EQ(send("https://a.example/" + std::to_string(sender) + "/" + std::to_string(i), ticket).verdict, Verdict::taken);
    });
  }
  for (auto& thread : threads) thread.join();
  ingest_->stop();
  journal_->stop();
  EXPECT_EQ(stored, senders * each);
  EXPECT_EQ(journalled_paths().size(), static_cast<std::size_t>(senders * each));
}

TEST_F(PipelineTest, EventsBeyondTheQueuesBytesAreRefusedAndTheRestIsKept) {
  options_.queue_bytes = 64 << 10;
  ingest_ = std::make_unique<Ingest>(options_, *enrich::Knowledge::load({}, registry_), salts_, sites_, *journal_, registry_);
  int taken = 0;
  const std::string padding(1500, 'x');
  for (int i = 0; i < 200; ++i)  // nobody drains the queue yet
    if (send("https://a.example/" + std::to_string(i) + "?" + padding, {}).verdict == Verdict::taken) ++taken;
  EXPECT_GT(taken, 5);
  EXPECT_LT(taken, 64 << 10 >> 10) << "each holds more than a kilobyte";
  EXPECT_EQ(send("https://a.example/more?" + padding, {}).reason, "queue_full");
  ingest_->start();
  ingest_->stop();
  journal_->stop();
  EXPECT_EQ(journalled_paths().size(), static_cast<std::size_t>(taken));
}

TEST_F(PipelineTest, EventsAreCountedForSoManySitesAndTheRestTogether) {
  options_.max_auto_sites = options_.max_auto_sites_per_hour = 10'000;
  std::vector<enrich::Site> stored;
  const auto domain = [](std::size_t i) { return "site" + std::to_string(i) + ".example"; };
  for (std::size_t i = 0; i < metrics::most_site_labels + 20; ++i) stored.push_back({domain(i), TimeZone(), true});
  sites_.replace_stored(stored);
  start();
  for (const auto& site : stored) ASSERT_EQ(send("https://" + site.domain + "/", {}).verdict, Verdict::taken);
  ingest_->stop();
  const auto text = registry_.expose();
  EXPECT_NE(text.find("picolytics_ingested_events{domain=\"other\"} 20\n"), std::string::npos);
}

}  // namespace
}  // namespace pico::ingest
