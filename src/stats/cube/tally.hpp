#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "cube/facts.hpp"
#include "cube/words.hpp"

namespace pico::stats::cube {

/// Adds up what visitors contribute to the figures of a day. docs/stats.md defines the figures.
class Tally {
 public:
  /// Contributions are added to the columns; times are told by `hours`. Both, and the words, must live as long.
  Tally(Columns& columns, const WordTables& words, const Hours& hours);

  /// Adds a visitor, or takes one away as it was added.
  void add(const VisitorFacts& facts) { count(facts, 1); }
  void subtract(const VisitorFacts& facts) { count(facts, -1); }

 private:
  /// A row of engagement within a group in which pairs of visit and path count once.
  struct EngagedRow {
    std::uint32_t group = 0, path = 0;
    std::int32_t engaged_ms = 0;
    std::int16_t scroll = -1;
    auto operator<=>(const EngagedRow&) const = default;
  };

  void count(const VisitorFacts& facts, std::int64_t sign);
  /// Return what the visit as a whole has of it.
  Figures count_events(std::span<const Event> events);
  Figures count_engagement(std::span<const Engagement> engagements);
  void count_visit(const Visit& visit, const Figures& figures);
  void count_hours(const Visit& visit, const Figures& entry);
  /// The cell has the current visit, and its visitor.
  void touch(Cell& cell);
  /// Calls add(group, figures) for every pair of group and path.
  template <class GroupOf, class Add>
  void each_pair(std::span<const Engagement> engagements, GroupOf group_of, Add add);

  [[nodiscard]] std::span<const std::uint32_t> values(Role role, std::uint32_t word) const {
    return words_[static_cast<std::size_t>(role)].values(word);
  }
  Column& column(Dimension dimension) { return cube::column(columns_, dimension); }

  Columns& columns_;
  const WordTables& words_;
  const Hours& hours_;
  const std::uint32_t pageview_;         // as a value of event_name
  std::vector<EngagedRow> engaged_rows_;  // of one visit, kept for its memory

  std::int64_t sign_ = 1;
  std::uint64_t visit_ = 0;        // number of the current visit; rises for ever
  std::uint64_t first_visit_ = 0;  // of the current visitor
};

}  // namespace pico::stats::cube
