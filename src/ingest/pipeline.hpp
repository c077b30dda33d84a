#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "metrics.hpp"
#include "pico/event/raw.hpp"
#include "pico/ingest/ingest.hpp"
#include "pico/queue/bounded_queue.hpp"

namespace pico::ingest {

/// An admitted event on its way to the journal, with whoever waits for it.
struct Item {
  event::Raw raw;
  Ticket ticket;
  std::size_t bytes = 0;  ///< what it occupies in RAM
};

/// The queue and the threads that drain it: enrich, encode, hand to the journal, one group a pass.
/// push() is for any thread; start() and stop() for the owner.
class Pipeline {
 public:
  Pipeline(const Options& options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts, const enrich::Sites& sites,
           journal::Journal& journal, Metrics& metrics, metrics::Registry& registry);
  ~Pipeline();

  /// False: the queue is full, or the pipeline is stopping. The item is then left as it was.
  bool push(std::unique_ptr<Item>&& item);
  void start();
  void stop();
  [[nodiscard]] std::size_t waiting() const { return queue_.items(); }

 private:
  void run();
  void wake();
  /// A worker's counters of events by site, so that it need not ask the registry for each event.
  struct SiteCounters {
    std::unordered_map<std::string, metrics::Counter*> known;
    metrics::Counter* other = nullptr;
  };
  metrics::Counter& ingested(std::string_view domain, SiteCounters& counters);

  const Options& options_;
  const std::shared_ptr<enrich::Knowledge> knowledge_;
  const enrich::Salts& salts_;
  const enrich::Sites& sites_;
  journal::Journal& journal_;
  Metrics& metrics_;
  metrics::Registry& registry_;

  queue::BoundedQueue<std::unique_ptr<Item>> queue_;
  std::atomic<std::size_t> in_flight_bytes_{0};  // pushed and not yet on disk: what really bounds memory
  std::atomic<std::size_t> at_work_{0};          // popped, but still counted by the queue
  std::atomic<std::uint32_t> wake_ups_{0};       // workers sleep on it while the queue is empty
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
  std::shared_ptr<void> sampler_;  // of the gauges above
};

}  // namespace pico::ingest
