#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace pico::event {

/// What happened. The numbers are stored in the journal and in Postgres: never change or reuse one.
enum class Kind : std::uint8_t {
  custom = 0,      ///< pico('name', {…}); the name and properties stand in Enriched
  load = 1,        ///< a page was loaded: a pageview
  visible = 2,     ///< the tab was shown again
  hidden = 3,      ///< the tab was hidden or left
  hashchange = 4,  ///< only the fragment changed
  popstate = 5,    ///< back or forward within a single-page application: a pageview
  pushstate = 6,   ///< a single-page application navigated: a pageview
  ping = 7,        ///< still there; extends a visit, is never stored as a row
  engagement = 8,  ///< engaged time and scroll depth of a page; extends a visit, is not an event row
  opted_out = 9,   ///< Do-Not-Track or Global Privacy Control: only adds to an anonymous count per site and day
  visit = 10,      ///< a pageview handed in by µAnalytics' API; nobody can send it as an event of the tracker
};

/// The built-in kind of that wire name (`load`, `pushstate`, …; case as given); nullopt for anything else, also for `visit`.
std::optional<Kind> kind_of(std::string_view name);

/// The wire name, or what pico.event_kinds calls it; empty for custom and opted_out.
std::string_view name_of(Kind kind);

constexpr bool is_pageview(Kind kind) {
  return kind == Kind::load || kind == Kind::popstate || kind == Kind::pushstate || kind == Kind::visit;
}

/// ping, engagement and opted_out are not rows of pico.events and alone start no visit.
constexpr bool is_row(Kind kind) {
  return kind <= Kind::pushstate || kind == Kind::visit;
}

/// Ends a bounce on its own (docs/architecture.md, visits). A second pageview does so too; custom events only when interactive.
constexpr bool ends_bounce(Kind kind) {
  return kind == Kind::visible || kind == Kind::hashchange;
}

}  // namespace pico::event
