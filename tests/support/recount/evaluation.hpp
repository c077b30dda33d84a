#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pico/stats/query.hpp"
#include "support/recount/conditions.hpp"
#include "support/recount/range.hpp"

namespace pico::test {

using Key = std::vector<std::string>;  ///< values of the dimensions as shown, in the question's order

/// What the metrics of one row are made of.
struct Counted {
  std::set<std::pair<Day, std::int64_t>> visitors;
  std::set<const FactVisit*> visits;
  std::int64_t pageviews = 0, events = 0;

  std::set<const FactVisit*> entries;  ///< visits whose bounce and duration count here
  struct Pair {
    std::int64_t engaged_ms = 0;
    int scroll = -1;
  };
  std::map<std::pair<const FactVisit*, std::string>, Pair> pairs;  ///< of visit and path
};
using Groups = std::map<Key, Counted>;

/// Groups and counts the facts of one site in one range: docs/stats.md as loops.
class Evaluation {
 public:
  Evaluation(const FactSite& site, const Range& range) : site_(site), range_(range) {}

  /// All but bounces, durations and engagement.
  [[nodiscard]] Groups count(const std::vector<stats::DimensionRef>& dimensions, const std::vector<stats::Filter>& filters) const;
  /// Adds those to groups that exist.
  void add_entries(Groups& groups, std::vector<stats::DimensionRef> dimensions, std::vector<stats::Filter> filters) const;
  void add_engagement(Groups& groups, const std::vector<stats::DimensionRef>& dimensions,
                      const std::vector<stats::Filter>& filters) const;

 private:
  struct Selected {
    const FactVisit* visit;
    std::vector<const FactEvent*> events;
  };
  [[nodiscard]] std::vector<Selected> select(const std::vector<stats::Filter>& filters) const;
  /// The groups that something belongs to: several where an event reaches several goals, or an interval touches several hours.
  [[nodiscard]] std::vector<Key> keys(const std::vector<stats::DimensionRef>& dimensions, const Subject& subject,
                                      const std::set<std::string>& hours) const;
  [[nodiscard]] std::set<std::string> hours_of(const FactVisit& visit) const;
  [[nodiscard]] bool in_range(const FactVisit& visit, const FactEvent& event) const { return range_.has(visit, event.at); }

  const FactSite& site_;
  const Range& range_;
};

}  // namespace pico::test
