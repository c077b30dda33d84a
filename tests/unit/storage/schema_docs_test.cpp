#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "support/test_postgres.hpp"

/// docs/schema.md says of every table what it is, and of every column of `reporting` its type.
namespace pico::storage {
namespace {

using Columns = std::map<std::string, std::string>;

std::string schema_md() {
  std::ifstream file("docs/schema.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> quoted_names(const std::string& text) {
  static const std::regex name("`([a-z_]+)`");
  std::set<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), name), end; match != end; ++match) names.insert((*match)[1]);
  return names;
}

/// By view: column → type, as its section's table has them.
std::map<std::string, Columns> documented_views() {
  static const std::regex heading("### `reporting\\.([a-z_]+)`.*"), row("\\| (`[^|]*`) \\| ([^|]+) \\|.*");
  std::map<std::string, Columns> views;
  std::istringstream lines(schema_md());
  std::string view;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.starts_with("## ")) view.clear();
    if (std::regex_match(line, match, heading)) view = match[1];
    if (!view.empty() && std::regex_match(line, match, row))
      for (const auto& column : quoted_names(match[1])) views[view][column] = match[2];
  }
  return views;
}

std::string short_type(std::string type) {
  if (type == "timestamp with time zone") return "timestamptz";
  return std::regex_replace(type, std::regex("character varying"), "varchar");
}

struct SchemaDocs : testing::Test {
  test::TestDatabase database = test::TestDatabase::migrated();
  Connection connection = database.connect();
};

TEST_F(SchemaDocs, NameEveryColumnOfReportingWithItsType) {
  const auto rows = connection.execute(
      "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) from pg_class c join pg_attribute a on a.attrelid = c.oid "
      "where c.relnamespace = 'reporting'::regnamespace and c.relkind = 'v' and a.attnum > 0 and not a.attisdropped");
  std::map<std::string, Columns> views;
  for (std::size_t i = 0; i < rows.size(); ++i)
    views[rows.get<std::string>(i, 0)][rows.get<std::string>(i, 1)] = short_type(rows.get<std::string>(i, 2));
  ASSERT_GE(views.size(), 4u);
  EXPECT_EQ(documented_views(), views);
}

TEST_F(SchemaDocs, NameEveryTable) {
  const auto named = quoted_names(schema_md());
  const auto rows = connection.execute(
      "select relname from pg_class where relnamespace = 'pico'::regnamespace and relkind in ('r', 'p') and not relispartition");
  ASSERT_GT(rows.size(), 20u);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_TRUE(named.contains(rows.get<std::string>(i, 0))) << rows.text(i, 0);
}

}  // namespace
}  // namespace pico::storage
