#include "batch.hpp"

#include "pico/event/codec.hpp"
#include "pico/writer/validity.hpp"

namespace pico::writer {

void Batch::add(const journal::Entry& entry, Instant now) {
  auto* copy = static_cast<std::byte*>(memory_.allocate(std::max<std::size_t>(entry.payload.size(), 1), 1));
  std::copy(entry.payload.begin(), entry.payload.end(), copy);
  auto& record = records_.emplace_back();
  record.sequence = entry.sequence;
  record.payload = {copy, entry.payload.size()};
  if (auto event = event::decode(record.payload)) {
    record.event = *event;
    if (!is_storable(record.event, now)) record.refused = "invalid";
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
