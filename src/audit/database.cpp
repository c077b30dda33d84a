#include <set>
#include <string_view>

#include "audit_sql.hpp"
#include "declared.hpp"
#include "finder.hpp"

namespace pico::audit {
namespace {

constexpr const char* undeclared = "a column that columns.txt does not declare";

std::string_view sql(std::string_view name) { return find_statement(audit_sql::files(), name); }

struct Column {
  std::string table, name;
  bool searched = false, bytes = false;
};

std::string place_of(const Column& column) { return "column pico." + column.table + "." + column.name; }

std::vector<Column> columns_of(storage::Connection& connection) {
  const auto rows = connection.execute(sql("audit.columns"));
  std::vector<Column> columns;
  for (std::size_t i = 0; i < rows.size(); ++i)
    columns.push_back({rows.get<std::string>(i, 0), rows.get<std::string>(i, 1), rows.get<bool>(i, 2), rows.get<bool>(i, 3)});
  return columns;
}

void search_values(const storage::Rows& rows, bool bytes, const Finder& finder, Rule rule, Hits& hits) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (bytes) {
      const auto value = rows.get<std::vector<std::uint8_t>>(i, 0);
      finder.search({reinterpret_cast<const char*>(value.data()), value.size()}, rule, hits);
    } else {
      finder.search(rows.text(i, 0), rule, hits);
    }
  }
}

/// What audit_cursor stands for; closes it.
std::uint64_t search_cursor(storage::Connection& connection, bool bytes, const Finder& finder, Rule rule, Hits& hits) {
  std::uint64_t values = 0;
  for (;;) {
    const auto rows = connection.execute("fetch forward 2000 from audit_cursor");
    if (rows.empty()) break;
    search_values(rows, bytes, finder, rule, hits);
    values += rows.size();
  }
  connection.execute("close audit_cursor");
  return values;
}

void search_column(storage::Connection& connection, const Column& column, const Finder& finder, Rule rule, Report& report) {
  Hits hits;
  storage::Transaction transaction(connection, storage::Isolation::repeatable_read);
  if (rule == Rule::asked_for) {
    for (const bool asked_for : {false, true}) {
      connection.execute("select pg_temp.audit_open_asked_for($1, $2, $3)", column.table, column.name, asked_for);
      report.values += search_cursor(connection, false, finder, asked_for ? Rule::asked_for : Rule::everything, hits);
    }
  } else {
    connection.execute("select pg_temp.audit_open($1, $2, $3)", column.table, column.name, column.bytes);
    report.values += search_cursor(connection, column.bytes, finder, rule, hits);
  }
  for (const auto& [what, times] : hits) report.found[place_of(column)][what] += times;
}

}  // namespace

void search_database(storage::Connection& connection, const Options& options, Report& report) {
  const Finder finder(options);
  connection.execute(sql("audit.open"));
  connection.execute(sql("audit.open_asked_for"));
  std::set<std::string> tables;
  for (const auto& column : columns_of(connection)) {
    tables.insert(column.table);
    ++report.columns;
    const auto rule = declared(column.table, column.name);
    if (!rule) ++report.found[place_of(column)][undeclared];
    if (column.searched) search_column(connection, column, finder, rule.value_or(Rule::everything), report);
  }
  report.tables += tables.size();
}

}  // namespace pico::audit
