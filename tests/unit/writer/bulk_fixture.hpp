#pragma once
#include <functional>
#include <vector>

#include "pico/writer/bulk_writer.hpp"
#include "writer_fixture.hpp"

namespace pico::writer {

/// Hands over a list in pieces.
class ListSource final : public BulkSource {
 public:
  ListSource(std::vector<BulkEvent> events, std::size_t piece) : events_(std::move(events)), piece_(piece) {}

  void rewind() override { at_ = 0, ++passes; }
  std::span<const BulkEvent> next() override {
    if (before_next) before_next(at_);
    const auto piece = std::span(events_).subspan(at_, std::min(piece_, events_.size() - at_));
    at_ += piece.size();
    return piece;
  }

  int passes = 0;                                 ///< the first of a write only looks
  std::function<void(std::size_t)> before_next;  ///< called with the number of events that were handed over in this pass

 private:
  std::vector<BulkEvent> events_;
  std::size_t piece_, at_ = 0;
};

struct BulkTest : WriterTest {
  static std::vector<BulkEvent> plain(const std::vector<event::Enriched>& events) {
    std::vector<BulkEvent> out;
    for (const auto& event : events) out.push_back({event, std::nullopt});
    return out;
  }
  /// Pageviews of `visitors` people in turn, a minute apart.
  static std::vector<event::Enriched> pageviews(int count, int visitors) {
    std::vector<event::Enriched> events;
    for (int i = 0; i < count; ++i) events.push_back(event_of(static_cast<std::uint64_t>(1 + i % visitors), noon + std::chrono::minutes(i)));
    return events;
  }
  BulkResult write(BulkWriter& writer, const std::vector<event::Enriched>& events, std::size_t piece = 7, std::optional<BulkStep> step = {}) {
    ListSource source(plain(events), piece);
    return writer.write(source, step);
  }
  std::string stored() {
    return one("select (select count(*) from pico.events) || ' ' || (select count(*) from pico.visits) || ' ' || "
               "(select coalesce(sum(events), 0) from pico.visits)");
  }

  BulkWriter bulk{options, 2, registry, clock};
};

}  // namespace pico::writer
