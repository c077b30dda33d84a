#pragma once
#include <vector>

#include "groups.hpp"
#include "pico/stats/answer.hpp"
#include "pico/stats/query.hpp"
#include "raw/raw_figures.hpp"

/// From figures to the rows of an answer.
namespace pico::stats {

/// What the figures of a question are compared with.
struct Denominators {
  std::int64_t visitors = 0;  ///< of percentage: of the question without dimensions
  Groups conversion;          ///< by the question's time dimension only, the other place blank
  Groups group_conversion;    ///< by the question's dimensions other than the goal
};

Needs needs_of(const Query& query);

/// The rows of the groups that make some, in the question's order (ties by the dimensions' values), within limit and offset.
struct OrderedRows {
  std::vector<Row> rows;
  std::size_t total = 0;  ///< without limit and offset
};
OrderedRows ordered_rows(const Query& query, const GroupList& groups, const Denominators& denominators);

using KeyView = std::array<std::string_view, 2>;
Row make_row(const Query& query, const KeyView& key, const Figures& figures, const Denominators& denominators);

}  // namespace pico::stats
