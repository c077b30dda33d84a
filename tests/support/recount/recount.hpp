#pragma once
#include <map>
#include <string>

#include "pico/core/result.hpp"
#include "pico/stats/answer.hpp"
#include "support/recount/evaluation.hpp"

/// The answers that docs/stats.md defines, by counting the raw rows one by one: slow, simple, and sharing nothing with the engine
/// (src/stats) but the types of questions and answers and the names of dimensions.
///
/// Where docs/stats.md leaves it open:
/// - conditions look at the text that answers show, so `contains "not"` finds the blank `(not set)`; ignoring case is RE2's;
/// - a text that reads like the label of a blank is one, and a custom event called `pageview` is one to goals and `event:name`;
/// - goals are tested with `is` and `contains` only; `contains` of a text that no goal has selects nothing;
/// - engagement is evaluated in place of an event: its visit need not have another one on the page;
/// - where page stands for entry page, has_done keeps looking at all pages;
/// - between two instants, a visit touches only the hours within them;
/// - a time dimension orders first, the first metric second; without dimensions neither limit nor offset takes the row away;
/// - rates are percent; orders compare the values as shown, nothing (null) is less than all, and equals follow their dimensions;
/// - totals are the question without dimensions, so a conversion rate by goal has 100 there.
namespace pico::test {

class Recount {
 public:
  /// Reads all facts in one REPEATABLE READ transaction.
  Recount(storage::Connection& connection, Instant now) : sites_(read_facts(connection)), now_(now) {}

  /// Errc::invalid: refused, or a goal that is not configured. Errc::not_found: no such site.
  [[nodiscard]] Result<stats::Answer> answer(const stats::Query& query) const;
  [[nodiscard]] std::int64_t live_visitors(const std::string& site) const;

  [[nodiscard]] const std::map<std::string, FactSite>& sites() const { return sites_; }
  [[nodiscard]] Instant now() const { return now_; }

 private:
  std::map<std::string, FactSite> sites_;
  Instant now_;
};

}  // namespace pico::test
