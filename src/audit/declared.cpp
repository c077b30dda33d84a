#include "declared.hpp"

#include <map>
#include <sstream>
#include <string>

#include "declared_columns.hpp"

namespace pico::audit {
namespace {

using Columns = std::map<std::pair<std::string, std::string>, Rule>;

Rule rule_of(std::string_view mark) {
  if (mark == "version") return Rule::no_ipv4;
  if (mark == "asked_for") return Rule::asked_for;
  return Rule::everything;
}

/// Lines of `table: column column=mark …`; `#` begins a comment.
Columns read_columns() {
  Columns columns;
  std::istringstream lines{std::string(columns_file::files().front().data)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string table, column;
    if (!(words >> table)) continue;
    table.pop_back();
    while (words >> column) {
      const auto mark = column.find('=');
      columns[{table, column.substr(0, mark)}] = mark == std::string::npos ? Rule::everything : rule_of(std::string_view(column).substr(mark + 1));
    }
  }
  return columns;
}

}  // namespace

std::optional<Rule> declared(std::string_view table, std::string_view column) {
  static const auto columns = read_columns();
  const auto found = columns.find({std::string(table), std::string(column)});
  return found == columns.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace pico::audit
