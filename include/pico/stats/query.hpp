#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/core/time.hpp"
#include "pico/stats/dimension.hpp"
#include "pico/stats/metric.hpp"

/// A question, and the one place where questions are validated. Dashboard, API and reports all build one. Plain values.
namespace pico::stats {

enum class Period : std::uint8_t {
  day,      ///< today, or RangeSpec::date
  hours24,  ///< the 24 hours up to now, this second included
  days,     ///< RangeSpec::count days ending with that date
  month,    ///< its calendar month
  months,   ///< RangeSpec::count calendar months ending with its month
  year,     ///< its calendar year
  all,      ///< from the site's first day with facts to today
};

/// A period that ends with a date of the site's calendar; today when none is given.
struct RelativeRange {
  Period period = Period::day;
  int count = 0;
  std::optional<Day> date = {};
};
/// Whole days of the site, both inclusive.
struct DayRange {
  Day first, last;
  bool operator==(const DayRange&) const = default;
};
/// Moments, the second exclusive. Slower than days: always answered from raw facts.
struct InstantRange {
  Instant from, to;
};
using RangeSpec = std::variant<RelativeRange, DayRange, InstantRange>;

enum class Operator : std::uint8_t { is, is_not, contains, contains_not, matches, matches_not };

/// Compares a dimension with several values. Positive operators hold when one value fits, negative ones when none does.
struct Test {
  DimensionRef dimension;
  Operator op = Operator::is;
  std::vector<std::string> values;  ///< as answers show them, so a blank is its blank_label(); of matches: RE2, found anywhere
  bool case_sensitive = true;
};

/// A condition on a pair of an event and its visit (docs/stats.md, filters).
struct Filter {
  enum class Kind : std::uint8_t {
    test,
    all_of,    ///< and
    any_of,    ///< or
    none_of,   ///< not: of one child
    done,      ///< the visit has an event for which the child holds
    not_done,  ///< it has none
  };
  Kind kind = Kind::test;
  Test test = {};
  std::vector<Filter> children = {};

  static Filter of(Test test) { return {Kind::test, std::move(test), {}}; }
};

struct Order {
  std::variant<Metric, DimensionRef> by;
  bool descending = true;
};

enum class Comparison : std::uint8_t { none, previous_period, previous_year };

struct Query {
  std::string site;  ///< its domain
  RangeSpec range;
  std::vector<Metric> metrics;
  std::vector<DimensionRef> dimensions = {};  ///< up to two, of which one of time at most
  std::vector<Filter> filters = {};           ///< all must hold
  std::vector<Order> order = {};              ///< blank: a time dimension rising, else the first metric falling
  std::uint32_t limit = 10'000;
  std::uint32_t offset = 0;
  Comparison comparison = Comparison::none;
  bool totals = false;  ///< also the figures of the whole, without dimensions
};

inline constexpr std::uint32_t max_limit = 10'000;
inline constexpr std::size_t max_dimensions = 2;
inline constexpr std::size_t max_filter_tests = 100;    ///< in all
inline constexpr std::size_t max_filter_depth = 10;     ///< and, or, not, has_done around one test
inline constexpr std::size_t max_test_values = 1'000;   ///< of one test
inline constexpr std::size_t max_text = 2'048;          ///< bytes of a value, a property's name, a regular expression

/// Whether the question can be asked. Errc::invalid with a sentence that says why not. What only the database knows (is there such
/// a site, such a goal) shows in the answer.
Result<void> validate(const Query& query);

}  // namespace pico::stats
