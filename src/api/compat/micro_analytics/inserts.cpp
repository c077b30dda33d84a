#include <pthread.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "names.hpp"
#include "pico/api/micro_inserts.hpp"
#include "storing.hpp"

namespace pico::api {
namespace {

using micro_analytics::Fault;
using micro_analytics::InsertsMetrics;
using micro_analytics::ItemJob;
using micro_analytics::ListJob;
using micro_analytics::Storing;

constexpr std::chrono::seconds stop_patience{2};

Fault too_many() { return {"InternalError", "nothing was inserted: too many requests are waiting, or the server is stopping; try again", 503}; }
Fault stopping() { return {"InternalError", "nothing was inserted: the server is stopping; try again", 503}; }
}  // namespace

struct MicroInserts::Impl {
  Impl(MicroInsertOptions given, MicroWriters w, std::shared_ptr<enrich::Knowledge> k, const enrich::Salts& s, const enrich::Sites& t,
       metrics::Registry& registry, const Clock& c)
      : options(std::move(given)), writers(w), knowledge(std::move(k)), salts(s), sites(t), clock(c), metrics(registry) {}

  Storing storing(writer::BulkWriter& writer) const { return {options, writer, knowledge, salts, sites, metrics, clock}; }
  void start();
  void run_items();
  void run_lists();
  void ended();
  bool enqueue(ItemJob& job);
  bool enqueue(ListJob& job);
  /// What waits; nothing comes after it when stopping.
  std::vector<ItemJob> next_items();
  std::optional<ListJob> next_list();
  void refuse_what_waits();

  const MicroInsertOptions options;
  const MicroWriters writers;
  const std::shared_ptr<enrich::Knowledge> knowledge;
  const enrich::Salts& salts;
  const enrich::Sites& sites;
  const Clock& clock;
  const InsertsMetrics metrics;

  std::mutex mutex;
  std::condition_variable item_came, list_came, thread_ended;
  std::vector<ItemJob> items;      // guarded by mutex
  std::size_t item_bytes = 0;      // guarded by mutex
  std::deque<ListJob> lists;       // guarded by mutex
  std::size_t running = 0;         // guarded by mutex; threads
  bool is_stopping = false;        // guarded by mutex

  std::vector<std::jthread> threads;
};

void MicroInserts::Impl::start() {
  running = options.threads + 1;
  threads.emplace_back([this] { run_items(); });
  pthread_setname_np(threads.back().native_handle(), "micro-item");
  for (unsigned i = 0; i < options.threads; ++i) {
    threads.emplace_back([this] { run_lists(); });
    pthread_setname_np(threads.back().native_handle(), ("micro-list-" + std::to_string(i)).c_str());
  }
}

bool MicroInserts::Impl::enqueue(ItemJob& job) {
  const std::lock_guard lock(mutex);
  const bool full = items.size() >= options.max_waiting_items || item_bytes + job.body.size() > options.max_waiting_item_bytes;
  if (full || is_stopping) return false;
  item_bytes += job.body.size();
  items.push_back(std::move(job));
  metrics.waiting_items.Set(static_cast<double>(items.size()));
  item_came.notify_one();
  return true;
}

bool MicroInserts::Impl::enqueue(ListJob& job) {
  const std::lock_guard lock(mutex);
  if (lists.size() >= options.max_waiting_lists || is_stopping) return false;
  lists.push_back(std::move(job));
  metrics.waiting_lists.Set(static_cast<double>(lists.size()));
  list_came.notify_one();
  return true;
}

std::vector<ItemJob> MicroInserts::Impl::next_items() {
  std::unique_lock lock(mutex);
  item_came.wait(lock, [this] { return is_stopping || !items.empty(); });
  item_bytes = 0;
  metrics.waiting_items.Set(0);
  return is_stopping ? std::vector<ItemJob>() : std::exchange(items, {});
}

std::optional<ListJob> MicroInserts::Impl::next_list() {
  std::unique_lock lock(mutex);
  list_came.wait(lock, [this] { return is_stopping || !lists.empty(); });
  if (is_stopping) return std::nullopt;
  auto job = std::move(lists.front());
  lists.pop_front();
  metrics.waiting_lists.Set(static_cast<double>(lists.size()));
  return job;
}

void MicroInserts::Impl::run_items() {
  auto storing = this->storing(writers.items);
  for (auto jobs = next_items(); !jobs.empty(); jobs = next_items()) storing.store(std::move(jobs));
  ended();
}

void MicroInserts::Impl::run_lists() {
  auto storing = this->storing(writers.lists);
  for (auto job = next_list(); job; job = next_list()) {
    metrics.running_lists.Increment();
    storing.store(std::move(*job));
    metrics.running_lists.Decrement();
  }
  ended();
}

void MicroInserts::Impl::ended() {
  const std::lock_guard lock(mutex);
  --running;
  thread_ended.notify_all();
}

void MicroInserts::Impl::refuse_what_waits() {
  std::vector<ItemJob> refused_items;
  std::deque<ListJob> refused_lists;
  {
    const std::lock_guard lock(mutex);
    refused_items.swap(items);
    refused_lists.swap(lists);
  }
  for (const auto& job : refused_items) job.answer(answer_of(stopping()));
  for (const auto& job : refused_lists) job.answer(answer_of(stopping()));
}

MicroInserts::MicroInserts(MicroInsertOptions options, MicroWriters writers, std::shared_ptr<enrich::Knowledge> knowledge,
                           const enrich::Salts& salts, const enrich::Sites& sites, metrics::Registry& registry, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), writers, std::move(knowledge), salts, sites, registry, clock)) {
  impl_->start();
}

MicroInserts::~MicroInserts() { stop(); }

void MicroInserts::insert_item(const std::string& website, std::string body, Answer answer) {
  auto site = micro_analytics::site_of(website);
  if (!site) {
    impl_->metrics.refused_requests.Increment();
    return answer(answer_of(micro_analytics::no_website()));
  }
  ItemJob job{std::move(*site), std::move(body), std::move(answer)};
  if (impl_->enqueue(job)) return;
  impl_->metrics.overloaded.Increment();
  job.answer(answer_of(too_many()));
}

void MicroInserts::insert_list(const std::optional<std::string>& website, std::shared_ptr<http::BodyPipe> body, Answer answer) {
  auto site = website ? micro_analytics::site_of(*website) : std::nullopt;
  if (website && !site) {
    impl_->metrics.refused_requests.Increment();
    return answer(answer_of(micro_analytics::no_website()));
  }
  ListJob job{std::move(site), std::move(body), std::move(answer)};
  if (impl_->enqueue(job)) return;
  impl_->metrics.overloaded.Increment();
  job.answer(answer_of(too_many()));
}

void MicroInserts::stop() {
  if (impl_->threads.empty()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_stopping = true;
  }
  impl_->item_came.notify_all();
  impl_->list_came.notify_all();
  impl_->refuse_what_waits();
  {
    std::unique_lock lock(impl_->mutex);
    impl_->thread_ended.wait_for(lock, stop_patience, [this] { return impl_->running == 0; });
  }
  impl_->writers.items.stop();  // Postgres may be silent
  impl_->writers.lists.stop();
  impl_->threads.clear();
}

}  // namespace pico::api
