#pragma once
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>

#include "pico/metrics/registry.hpp"
#include "pico/storage/error.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/writer/writer.hpp"

namespace pico::writer {

/// The rows that a transaction wrote, by table.
void count_rows(metrics::Registry& registry, const storage::RowCounts& rows);

/// What the writer tells of itself. Shared by all of its threads.
class Metrics {
 public:
  explicit Metrics(metrics::Registry& registry);

  void count(const storage::RowCounts& rows);
  void count_retry(const storage::DatabaseError& error);
  void count_dead_letter(std::string_view reason);
  /// Of events other than pings, by site: from receipt to commit, and how long their transaction took.
  void observe_latency(std::span<const Committed> committed, Instant now, std::chrono::duration<double> transaction);

  metrics::Counter& batches;
  metrics::Histogram& batch_events;
  metrics::Histogram& commit_seconds;
  metrics::Gauge& lag_records;
  metrics::Gauge& lag_seconds;
  metrics::Counter& visit_cache_hits;
  metrics::Counter& visit_cache_misses;
  metrics::Counter& heads_refused;
  metrics::Gauge& cached_words;
  metrics::Gauge& cached_visitors;
  metrics::Counter& checkpoints_moved;
  metrics::Counter& dropped_of_removed_sites;
  metrics::Counter& dropped_of_unknown_sites;

 private:
  struct Latency {
    metrics::Histogram* ingest = nullptr;
    metrics::Histogram* worker = nullptr;
  };
  /// Under mutex_.
  Latency latency_of(std::string domain);

  metrics::Registry& registry_;
  metrics::Counter& save_errors_;  // the original's name for what could not be saved
  std::mutex mutex_;
  std::unordered_map<std::string, Latency> latency_;  // by domain, at most most_site_labels; guarded by mutex_
};

}  // namespace pico::writer
