#include "raw/condition.hpp"

#include <fmt/format.h>

#include "raw/columns.hpp"
#include "text_matcher.hpp"

namespace pico::stats::raw {
namespace {

/// Makes SQL of conditions for one statement.
class Compiler {
 public:
  Compiler(Statement& statement, const Scope& scope, Words& words) : statement_(statement), scope_(scope), words_(words) {}

  std::string joined(std::span<const Filter> filters, std::string_view by) {
    std::string sql;
    for (const auto& filter : filters) sql += (sql.empty() ? "(" : std::string(by)) + one(filter);
    return sql + ")";
  }

 private:
  std::string one(const Filter& filter) {
    switch (filter.kind) {
      case Filter::Kind::test: return test(filter.test);
      case Filter::Kind::all_of: return joined(filter.children, " and ");
      case Filter::Kind::any_of: return joined(filter.children, " or ");
      case Filter::Kind::none_of: return "(not " + joined(filter.children, " and ") + ")";
      case Filter::Kind::done: return done(filter);
      case Filter::Kind::not_done: return "(not " + done(filter) + ")";
    }
    return "true";
  }

  std::string test(const Test& test) {
    const auto positive = test.dimension.dimension == Dimension::property ? property_test(test) : word_test(test);
    return is_negative(test.op) ? "(not " + positive + ")" : positive;
  }

  std::string word_test(const Test& test) {
    const auto& ids = words_.ids(test);
    if (ids.empty()) return "false";
    return fmt::format("({} = any ({}))", word_column(test.dimension.dimension)->fact, statement_.bind(ids, "bigint[]"));
  }

  std::string property_test(const Test& test) {
    const auto texts = words_.property_texts(test, scope_);
    if (texts.empty()) return "false";
    return fmt::format("(coalesce(nullif(e.properties ->> {}, ''), {}) = any ({}))",
                       statement_.bind(test.dimension.property, "text"),
                       statement_.bind(std::string(blank_label(Dimension::property)), "text"), statement_.bind(texts, "text[]"));
  }

  std::string done(const Filter& filter) {
    const auto events = events_in_scope(statement_, scope_, Branches::all);
    return fmt::format("((v.day, v.visit_id) in (select e.day, e.visit_id from {} e where {}))", events,
                       joined(filter.children, " and "));
  }

  Statement& statement_;
  const Scope& scope_;
  Words& words_;
};

}  // namespace

std::string condition(Statement& statement, const Scope& scope, Words& words, std::span<const Filter> filters) {
  if (filters.empty()) return "true";
  return Compiler(statement, scope, words).joined(filters, " and ");
}

}  // namespace pico::stats::raw
