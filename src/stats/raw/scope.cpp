#include "raw/scope.hpp"

#include <fmt/format.h>

#include "pico/event/kind.hpp"

namespace pico::stats::raw {
namespace {

std::string pageviews_in_scope(Statement& statement, const Scope& scope) {
  using event::Kind;
  static_assert(is_pageview(Kind::load) && is_pageview(Kind::popstate) && is_pageview(Kind::pushstate) && is_pageview(Kind::visit));
  return fmt::format(
      "select day, visit_id, at, page_id, 0::bigint as name_id, null::jsonb as properties from pico.events r "
      "where {} and {} and r.kind in ({}, {}, {}, {})",
      in_days(statement, scope, "r"), at_in_range(statement, scope, "r"), static_cast<int>(Kind::load),
      static_cast<int>(Kind::popstate), static_cast<int>(Kind::pushstate), static_cast<int>(Kind::visit));
}

std::string customs_in_scope(Statement& statement, const Scope& scope) {
  return fmt::format("select day, visit_id, at, page_id, name_id, properties from pico.event_details r where {} and {}",
                     in_days(statement, scope, "r"), at_in_range(statement, scope, "r"));
}

}  // namespace

std::string in_days(Statement& statement, const Scope& scope, std::string_view alias) {
  auto condition = fmt::format("{0}.site_id = {1} and {0}.day >= {2} and {0}.day <= {3}", alias,
                               statement.bind(scope.site, "int"), statement.bind(scope.first, "date"),
                               statement.bind(scope.last, "date"));
  if (!scope.only.empty()) condition += fmt::format(" and {}.day = any ({})", alias, statement.bind(scope.only, "date[]"));
  return condition;
}

std::string at_in_range(Statement& statement, const Scope& scope, std::string_view alias) {
  if (!scope.instants) return "true";
  return fmt::format("{0}.at >= {1} and {0}.at < {2}", alias, statement.bind(scope.instants->first, "timestamptz"),
                     statement.bind(scope.instants->second, "timestamptz"));
}

std::string visits_in_scope(Statement& statement, const Scope& scope) {
  auto condition = in_days(statement, scope, "v") + " and v.events > 0 and v.bot = 0";
  if (scope.instants) {
    condition += fmt::format(" and v.started_at < {} and v.last_at >= {}", statement.bind(scope.instants->second, "timestamptz"),
                             statement.bind(scope.instants->first, "timestamptz"));
  }
  return condition;
}

std::string events_in_scope(Statement& statement, const Scope& scope, Branches branches) {
  if (branches == Branches::pageviews) return "(" + pageviews_in_scope(statement, scope) + ")";
  if (branches == Branches::customs) return "(" + customs_in_scope(statement, scope) + ")";
  return "(" + pageviews_in_scope(statement, scope) + " union all " + customs_in_scope(statement, scope) + ")";
}

}  // namespace pico::stats::raw
