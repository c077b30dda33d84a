#include "pipeline.hpp"

#include <pthread.h>

#include <array>

#include "pico/event/codec.hpp"

namespace pico::ingest {
namespace {

constexpr std::size_t pass_items = 512;    ///< events taken from the queue at once, and so the longest group
constexpr std::size_t wake_interval = 256;  ///< a queue that grows wakes a further worker each time it has grown by so many

Outcome outcome_of(journal::Outcome outcome) {
  switch (outcome) {
    case journal::Outcome::durable: return Outcome::stored;
    case journal::Outcome::full: return Outcome::journal_full;
    case journal::Outcome::failed: break;
  }
  return Outcome::failed;
}

void finish(const Ticket& ticket, Outcome outcome) {
  if (ticket.finish != nullptr) ticket.finish(ticket.context, outcome);
}

/// Called by the journal thread when a group's fate is known.
struct GroupDone {
  std::vector<Ticket> tickets;
  std::size_t bytes;
  std::atomic<std::size_t>& in_flight_bytes;
  Metrics& metrics;

  void operator()(journal::Outcome outcome) const {
    in_flight_bytes.fetch_sub(bytes, std::memory_order_relaxed);
    const auto count = static_cast<double>(tickets.size());
    if (outcome == journal::Outcome::full) metrics.journal_full.Increment(count);
    if (outcome == journal::Outcome::failed) metrics.disk.Increment(count);
    for (const auto& ticket : tickets) finish(ticket, outcome_of(outcome));
  }
};

}  // namespace

Pipeline::Pipeline(const Options& options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts,
                   const enrich::Sites& sites, journal::Journal& journal, Metrics& metrics, metrics::Registry& registry)
    : options_(options), knowledge_(std::move(knowledge)), salts_(salts), sites_(sites), journal_(journal), metrics_(metrics),
      registry_(registry), queue_(options.queue_items, options.queue_bytes) {
  metrics_.queue_size.Set(static_cast<double>(options.queue_items));
  sampler_ = registry.before_expose([this] {
    metrics_.queue_utilization.Set(static_cast<double>(queue_.items()));
    metrics_.in_flight_bytes.Set(static_cast<double>(in_flight_bytes_.load(std::memory_order_relaxed)));
  });
}

Pipeline::~Pipeline() { stop(); }

bool Pipeline::push(std::unique_ptr<Item>&& item) {
  const auto bytes = item->bytes;
  if (stopping_.load(std::memory_order_relaxed)) return false;
  // Added before the push: the journal may be done with the event before this thread goes on.
  if (in_flight_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes > options_.queue_bytes) {
    in_flight_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  using Push = decltype(queue_)::Push;
  const auto pushed = queue_.try_push(std::move(item), bytes);
  if (pushed == Push::full) {
    in_flight_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  if (pushed == Push::ok_was_empty || (options_.threads > 1 && queue_.items() % wake_interval == 0)) wake();
  return true;
}

void Pipeline::wake() {
  wake_ups_.fetch_add(1, std::memory_order_release);
  wake_ups_.notify_one();
}

void Pipeline::start() {
  for (unsigned i = 0; i < std::max(1u, options_.threads); ++i) {
    auto& thread = threads_.emplace_back([this] { run(); });
    pthread_setname_np(thread.native_handle(), ("pipe-" + std::to_string(i)).c_str());
  }
}

void Pipeline::stop() {
  stopping_ = true;
  wake_ups_.fetch_add(1, std::memory_order_release);
  wake_ups_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

/// Label values come from the sites in Postgres only, and from so many of them: whatever else is asked for counts as `other`.
metrics::Counter& Pipeline::ingested(std::string_view domain, SiteCounters& counters) {
  const std::string key(domain);
  if (const auto found = counters.known.find(key); found != counters.known.end()) return *found->second;
  const auto counter = [&](const std::string& label) {
    return &registry_.counter("picolytics_ingested_events", "Events taken, by site.", {{"domain", label}});
  };
  const auto site = sites_.find(domain);
  if (site && site->stored && counters.known.size() < metrics::most_site_labels) return *counters.known.emplace(key, counter(key)).first->second;
  if (counters.other == nullptr) counters.other = counter("other");
  return *counters.other;
}

void Pipeline::run() {
  enrich::Enricher enricher(knowledge_, salts_, sites_);
  journal::GroupBuilder group;
  std::vector<std::byte> encoded;
  SiteCounters counters;
  std::array<std::unique_ptr<Item>, pass_items> items;
  for (;;) {
    const auto seen = wake_ups_.load(std::memory_order_acquire);
    const auto count = queue_.try_pop_bulk(items.begin(), items.size());
    if (count == 0) {
      if (queue_.items() > at_work_) continue;  // a producer is between counting and enqueuing: a matter of nanoseconds
      if (stopping_) return;
      wake_ups_.wait(seen, std::memory_order_acquire);
      continue;
    }
    at_work_ += count;
    std::vector<Ticket> tickets;
    tickets.reserve(count);
    std::size_t popped_bytes = 0;
    std::size_t group_bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto item = std::move(items[i]);
      popped_bytes += item->bytes;
      const auto enriched = enricher.enrich(item->raw);
      if (!enriched) {
        metrics_.salt.Increment();
        in_flight_bytes_.fetch_sub(item->bytes, std::memory_order_relaxed);
        finish(item->ticket, Outcome::no_salt);
        continue;
      }
      encoded.clear();
      event::encode(*enriched, encoded);
      group.add(event::shard_of(*enriched), encoded);
      tickets.push_back(item->ticket);
      group_bytes += item->bytes;
      if (enriched->kind == event::Kind::opted_out) metrics_.opted_out.Increment();
      ingested(enriched->domain, counters).Increment();
    }
    queue_.popped(count, popped_bytes);
    at_work_ -= count;
    if (group.records() > 0) journal_.submit(group.take(GroupDone{std::move(tickets), group_bytes, in_flight_bytes_, metrics_}));
  }
}

}  // namespace pico::ingest
