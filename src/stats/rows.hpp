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
  std::size_t total = 0;  ///< of all groups that make a row
};
OrderedRows ordered_rows(const Query& query, const GroupList& groups, const Denominators& denominators);

/// The groups of the rows `like`, which are another question's by the same dimensions, in their order; zeros where there is no such group.
OrderedRows rows_like(const Query& query, const GroupList& groups, const Denominators& denominators, const std::vector<Row>& like);

Row make_row(const Query& query, const KeyView& key, const Figures& figures, const Denominators& denominators);

}  // namespace pico::stats
