#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "calendar.hpp"
#include "cube/id_table.hpp"
#include "cube/words.hpp"
#include "pico/storage/day_facts.hpp"

namespace pico::stats::cube {

/// The facts of a day as a cube keeps them. Words are numbers of its WordTables; moments are intervals of its Hours, which is all
/// that figures need of them.
struct Visit {
  std::uint32_t entry_page = 0, exit_page = 0, acquisition = 0, device = 0, location = 0, screen = 0;
  std::int64_t duration_ms = 0;
  std::uint32_t events = 0, engagements = 0;  ///< how many
  std::uint16_t first_interval = 0, last_interval = 0;
  bool bounce = false;
};
struct Event {
  static constexpr std::uint32_t pageview = UINT32_MAX;

  std::uint32_t page = 0;
  std::uint32_t name = pageview;
  std::uint16_t interval = 0;
};
struct Engagement {
  std::uint32_t page = 0;
  std::int32_t engaged_ms = 0;
  std::int16_t scroll = -1;
  std::uint16_t interval = 0;
};

/// Facts as they were read: visits by id, events and engagement in any order with the place of their visit.
struct FactBatch {
  std::vector<std::pair<std::int64_t, Visit>> visits;
  std::vector<std::pair<std::uint32_t, Event>> events;
  std::vector<std::pair<std::uint32_t, Engagement>> engagements;
};

/// Reads the facts of some or all visitors of the day. Words get numbers, but are not resolved. What belongs to a visit that does
/// not count is left out. Throws storage::DatabaseError.
FactBatch read_facts(storage::Connection& connection, storage::FactScope scope, const Hours& hours, WordTables& words);

/// A visitor's facts: the events of its first visit, then those of the second …; engagement likewise.
struct VisitorFacts {
  std::span<const Visit> visits;
  std::span<const Event> events;
  std::span<const Engagement> engagements;
};

/// The facts by visitor, in flat arrays of up to 2³² rows. What is removed stays in them until it is a third of all.
class FactStore {
 public:
  /// Blank for one that has none.
  [[nodiscard]] VisitorFacts of(std::int64_t visitor) const;
  /// Calls f(VisitorFacts) for all visitors.
  template <class F>
  void each(F f) const {
    for (const auto& group : groups_) f(facts_of(group));
  }

  /// Adds visitors of which nothing is stored.
  void add(const FactBatch& batch);
  void remove(std::int64_t visitor);

  [[nodiscard]] std::size_t bytes() const;

 private:
  /// Where the visitor's facts begin, and how many visits there are; they know how many events they have.
  struct Group {
    std::uint32_t visits_at = 0, events_at = 0, engagements_at = 0, visits = 0;
  };
  [[nodiscard]] VisitorFacts facts_of(const Group& group) const;
  void compact();

  IdTable visitors_;  // to groups_
  std::vector<Group> groups_;
  std::vector<Visit> visits_;
  std::vector<Event> events_;
  std::vector<Engagement> engagements_;
  std::size_t removed_ = 0;  // visits, events and engagements that are no visitor's any more
};

}  // namespace pico::stats::cube
