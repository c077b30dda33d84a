#include "raw/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "raw/columns.hpp"
#include "text_matcher.hpp"

namespace pico::stats::raw {
namespace {

/// The same test has the same key.
std::string key_of(const Test& test) {
  auto key = fmt::format("{} {} {}", static_cast<int>(test.dimension.dimension), static_cast<int>(test.op), test.case_sensitive);
  for (const auto& value : test.values) key += fmt::format("\n{} {}", value.size(), value);
  return key;
}

bool is_exact(const Test& test) {
  return (test.op == Operator::is || test.op == Operator::is_not) && test.case_sensitive;
}

/// The texts as they are stored.
std::vector<std::string> stored(const Test& test) {
  auto values = test.values;
  const auto blank = blank_label(test.dimension.dimension);
  if (std::find(values.begin(), values.end(), blank) != values.end()) values.emplace_back();
  return values;
}

}  // namespace

const std::vector<std::int64_t>& Words::ids(const Test& test) {
  auto [entry, is_new] = known_.try_emplace(key_of(test));
  if (is_new) entry->second = find(test);
  return entry->second;
}

std::vector<std::int64_t> Words::find(const Test& test) {
  const auto dimension = test.dimension.dimension;
  const auto& column = *word_column(dimension);
  const auto matcher = *TextMatcher::of(test);  // validate() has seen that it can be made
  const auto label = blank_label(dimension);

  Statement statement;
  auto sql = fmt::format("select {}, {} from {} where true", column.id, column.text, column.table);
  if (column.per_site) sql += " and site_id = " + statement.bind(site_, "int");
  if (is_exact(test)) sql += fmt::format(" and ({}) = any ({})", column.text, statement.bind(stored(test), "text[]"));
  const auto rows = statement.run(connection_, sql);

  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto text = rows.text(i, 1);
    if (matcher.fits(text.empty() ? label : text)) ids.push_back(rows.get<std::int64_t>(i, 0));
  }
  if (matcher.fits(dimension == Dimension::event_name ? pageview_name : label)) ids.push_back(0);
  return ids;
}

std::vector<std::string> Words::property_texts(const Test& test, const Scope& scope) {
  const auto label = blank_label(Dimension::property);
  if (is_exact(test)) return test.values;
  const auto matcher = *TextMatcher::of(test);
  Statement statement;
  const auto rows = statement.run(
      connection_, fmt::format("select distinct properties ->> {} from pico.event_details r where {}",
                               statement.bind(test.dimension.property, "text"), in_days(statement, scope, "r")));
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto text = rows.text(i, 0);
    if (!text.empty() && matcher.fits(text)) texts.emplace_back(text);
  }
  if (matcher.fits(label)) texts.emplace_back(label);
  return texts;
}

std::int64_t Words::pageview_name_id() {
  if (!pageview_name_id_) {
    const auto row = connection_.execute("select name_id from pico.event_names where name = $1", pageview_name);
    pageview_name_id_ = row.empty() ? 0 : row.get<std::int64_t>(0, 0);
  }
  return *pageview_name_id_;
}

}  // namespace pico::stats::raw
