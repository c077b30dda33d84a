#pragma once
#include <chrono>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "pico/core/time.hpp"
#include "pico/event/enriched.hpp"
#include "pico/journal/journal.hpp"

namespace pico::writer {

/// A record of the journal, decoded. Its payload and the texts of its event belong to the batch.
struct Record {
  journal::Sequence sequence = 0;
  std::span<const std::byte> payload;
  event::Enriched event;
  /// Why it becomes a dead letter instead of rows: a SQLSTATE, `codec` (cannot be decoded) or `invalid` (contradicts itself).
  /// Empty: it does not.
  std::string refused;
};

/// The records between two cuts of the journal. Not thread-safe.
class Batch {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// now: what later than a day after counts as invalid.
  void add(const journal::Entry& entry, Instant now);
  void clear();

  [[nodiscard]] std::span<Record> records() { return records_; }
  [[nodiscard]] bool empty() const { return records_.empty(); }
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool only_pings() const { return opened_by_event_ == SteadyTime::max(); }
  /// When the first record came, and the first that is more than a ping; max() when there is none.
  [[nodiscard]] SteadyTime opened() const { return opened_; }
  [[nodiscard]] SteadyTime opened_by_event() const { return opened_by_event_; }

 private:
  std::pmr::monotonic_buffer_resource memory_{1 << 20};
  std::vector<Record> records_;
  std::size_t bytes_ = 0;
  SteadyTime opened_ = SteadyTime::max();
  SteadyTime opened_by_event_ = SteadyTime::max();
};

}  // namespace pico::writer
