#pragma once
#include <string_view>

#include "pico/stats/dimension.hpp"

namespace pico::stats::raw {

/// Where a dimension's values are: a column of a fact (alias v: visit, e: event) that holds the id of a word, and the word's text.
struct WordColumn {
  std::string_view fact;   ///< `v.device_id`
  std::string_view table;  ///< `pico.devices`
  std::string_view id;     ///< `device_id`
  std::string_view text;   ///< an expression over the table's columns: `browser`
  bool per_site = false;   ///< the table has a site_id
};

/// Of dimensions whose values are words: all but time, property and goal. event_name's pageviews have the id 0.
const WordColumn* word_column(Dimension dimension);

}  // namespace pico::stats::raw
