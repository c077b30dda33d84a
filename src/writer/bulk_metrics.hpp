#pragma once
#include "pico/metrics/registry.hpp"
#include "pico/storage/error.hpp"
#include "pico/storage/ingest.hpp"
#include "pico/writer/bulk_writer.hpp"

namespace pico::writer {

/// What the bulk writer tells of itself. Thread-safe.
class BulkMetrics {
 public:
  explicit BulkMetrics(metrics::Registry& registry);

  void count_written(const BulkResult& result, const storage::RowCounts& rows, double seconds);
  void count_retry(const storage::DatabaseError& error);

  metrics::Counter& failed;
  metrics::Gauge& waiting;

 private:
  metrics::Registry& registry_;
  metrics::Counter& written_;
  metrics::Counter& events_;
  metrics::Counter& of_unknown_sites_;
  metrics::Histogram& seconds_;
};

}  // namespace pico::writer
