#include "batch.hpp"

#include <cstring>

#include "pico/event/codec.hpp"
#include "pico/storage/ingest_rows.hpp"

namespace pico::writer {
namespace {

using namespace std::chrono_literals;

/// What no enricher writes, and what would break a rule that later code relies on: the number of visits a day can have, the time
/// span of a partition, the room for visit numbers in an id.
bool is_valid(const event::Enriched& event, Instant now) {
  constexpr Day oldest = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
  const Instant day(event.day);
  return event.at >= day - 14h && event.at < day + 36h && event.day >= oldest && event.at < now + 24h &&
         (event.visitor_id & storage::max_ordinal) == 0;
}

}  // namespace

void Batch::add(const journal::Entry& entry, Instant now) {
  auto* copy = static_cast<std::byte*>(memory_.allocate(std::max<std::size_t>(entry.payload.size(), 1), 1));
  std::copy(entry.payload.begin(), entry.payload.end(), copy);
  auto& record = records_.emplace_back();
  record.sequence = entry.sequence;
  record.payload = {copy, entry.payload.size()};
  if (auto event = event::decode(record.payload)) {
    record.event = *event;
    if (!is_valid(record.event, now)) record.refused = "invalid";
  } else {
    record.refused = "codec";
  }
  bytes_ += entry.payload.size();
  if (opened_ != SteadyTime::max() && opened_by_event_ != SteadyTime::max()) return;
  const auto at = std::chrono::steady_clock::now();
  if (opened_ == SteadyTime::max()) opened_ = at;
  if (opened_by_event_ == SteadyTime::max() && record.event.kind != event::Kind::ping) opened_by_event_ = at;
}

void Batch::clear() {
  records_.clear();
  memory_.release();
  bytes_ = 0;
  opened_ = opened_by_event_ = SteadyTime::max();
}

}  // namespace pico::writer
