#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "pico/event/kind.hpp"
#include "pico/storage/ingest_rows.hpp"

/// Cuts the events of one visitor-day into visits. Pure: no clock, no database. docs/decisions/0003-visits.md gives the
/// definition.
///
/// A visit is a maximal chain of events in which neighbours are at most a timeout apart. Every field of storage::Visit is a sum,
/// a minimum or a maximum over the chain's events under a total order, so visits merge exactly and the outcome does not depend on
/// the order in which the events come, nor on how they are split over calls.
namespace pico::writer {

/// What the sessionizer needs to know of an event.
struct Hit {
  Instant at;
  event::Kind kind = event::Kind::load;
  bool interactive = true;   ///< of custom events
  storage::WordId page = 0;  ///< of events that are rows
  std::uint32_t index = 0;   ///< the caller's, for OriginOf
};

/// Finds the words of an event that may be its visit's earliest. Only asked for those: hashing them costs more than all the rest.
using OriginOf = std::function<storage::Origin(const Hit&)>;

/// `from` was merged into `to`: its row goes, its events (they lie between first and last) get the other id.
struct Merge {
  std::uint16_t from = 0, to = 0;
  Instant first, last;
  bool operator==(const Merge&) const = default;
};

struct Sessions {
  std::vector<storage::Visit> visits;  ///< all of the visitor-day, by time; once there is one, one has ordinal 0
  std::vector<bool> changed;           ///< per visit: it is new or differs from before
  std::vector<Merge> merges;
  std::vector<std::uint16_t> ordinal_of;  ///< per hit: its visit's

  [[nodiscard]] bool any_change() const;
};

/// With a shorter one a day could hold more visits than a visit id has room for.
inline constexpr std::chrono::minutes shortest_timeout{3};

/// existing: the visits so far, in any order, as an earlier call returned them. Timeout: at least shortest_timeout.
/// All hits must lie within the span of one calendar date anywhere on Earth (50 h).
Sessions sessionize(std::span<const storage::Visit> existing, std::span<const Hit> hits, std::chrono::milliseconds timeout,
                    const OriginOf& origin_of);

}  // namespace pico::writer
