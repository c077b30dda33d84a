#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace pico::enrich {

/// The embedded table of that file name: src/enrich/data and what scripts/build makes of the npm data sets. Must exist.
std::string_view embedded_table(std::string_view name);

/// Cuts the text before the next `separator` off `rest`.
inline std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return part;
}

/// Calls visit(std::array<std::string_view, Columns>) for each line of a tab-separated table. Columns a line lacks are empty;
/// empty lines and those that start with '#' are skipped.
template <std::size_t Columns, class Visitor>
void for_each_row(std::string_view table, Visitor&& visit) {
  while (!table.empty()) {
    auto line = take_until(table, '\n');
    if (line.empty() || line.front() == '#') continue;
    std::array<std::string_view, Columns> row;
    for (auto& field : row) field = take_until(line, '\t');
    visit(row);
  }
}

}  // namespace pico::enrich
