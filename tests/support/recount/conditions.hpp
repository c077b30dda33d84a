#pragma once
#include <string>
#include <vector>

#include "pico/stats/query.hpp"
#include "support/recount/facts.hpp"

/// Conditions of a question, evaluated for one pair of an event and its visit at a time.
namespace pico::test {

/// What a condition looks at. event null: only the visit is known. page: also of engagement, which is no event.
struct Subject {
  const FactVisit* visit = nullptr;
  const FactEvent* event = nullptr;
  const Page* page = nullptr;
};

inline Subject of_visit(const FactVisit& visit) { return {&visit, nullptr, nullptr}; }
inline Subject of_event(const FactVisit& visit, const FactEvent& event) { return {&visit, &event, &event.page}; }
inline Subject of_engagement(const FactVisit& visit, const FactEngagement& engagement) { return {&visit, nullptr, &engagement.page}; }

/// The value of a dimension other than time and goals, as answers show it.
std::string shown(const stats::DimensionRef& dimension, const Subject& subject);

/// Whether the event is what the goal asks for.
bool reaches(const FactGoal& goal, const FactEvent& event);

class Conditions {
 public:
  /// range_holds: which events of a visit are within the range, for has_done.
  Conditions(const std::vector<stats::Filter>& filters, const std::vector<FactGoal>& goals,
             std::function<bool(const FactVisit&, const FactEvent&)> in_range)
      : filters_(filters), goals_(goals), in_range_(std::move(in_range)) {}

  /// Whether there is a test of an `event:` dimension (has_done aside).
  [[nodiscard]] bool of_events() const;
  [[nodiscard]] bool hold(const Subject& subject) const;

 private:
  [[nodiscard]] bool holds(const stats::Filter& filter, const Subject& subject) const;
  [[nodiscard]] bool goal_test_holds(const stats::Test& test, const Subject& subject) const;

  const std::vector<stats::Filter>& filters_;
  const std::vector<FactGoal>& goals_;
  std::function<bool(const FactVisit&, const FactEvent&)> in_range_;
};

/// Whether a text fits one value of a test, the operator's `not` aside.
bool fits(const std::string& text, const stats::Test& test, const std::string& value);

bool tests_events(const stats::Filter& filter);

}  // namespace pico::test
