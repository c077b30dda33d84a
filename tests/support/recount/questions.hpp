#pragma once
#include <map>
#include <random>

#include "pico/stats/query.hpp"
#include "support/recount/facts.hpp"

namespace pico::test {

/// Every dimension that facts are grouped by, a few properties among them.
const std::vector<stats::DimensionRef>& all_dimensions();
const std::vector<stats::Metric>& all_metrics();
/// Ranges with and without traffic: days, long periods, moments.
std::vector<stats::RangeSpec> all_ranges();

/// Random questions about these facts, with values that occur in them and some that do not. Deterministic. The facts must outlive it.
class Questions {
 public:
  Questions(std::uint64_t seed, const std::map<std::string, FactSite>& sites);

  /// possible: only what refusal() lets pass; else anything.
  stats::Query next(bool possible = true);

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }
  stats::Query any();
  stats::RangeSpec range();
  stats::Filter filter(int depth, bool within_done);
  stats::Filter test(bool top_level, bool of_event);
  std::string value(const stats::DimensionRef& dimension, stats::Operator op);

  std::mt19937_64 random_;
  std::vector<std::string> sites_;
  std::map<std::string, std::vector<std::string>> values_;  ///< by the dimension's name, as shown
};

}  // namespace pico::test
