#include <fmt/format.h>

#include <iostream>

#include "commands.hpp"
#include "database.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"
#include "pico/storage/goals.hpp"

namespace pico::app {
namespace {

bool is_line(const std::string& text, std::size_t max_bytes) {
  return is_clean_text(text, max_bytes) && text.find_first_of("\t\n") == std::string::npos;
}

/// What an event can never fit is refused: such a goal would stay at zero for ever.
Result<storage::Goal> goal_of(const GoalRequest& request) {
  using namespace event::limits;
  storage::Goal goal;
  goal.display_name = request.name;
  if (!is_line(request.name, event_name)) return Error{Errc::invalid, fmt::format("a goal's name is a text of at most {} bytes in one line", event_name)};
  if (request.event.empty() == request.page.empty()) return Error{Errc::invalid, "a goal is either --event NAME or --page PATH"};
  if (!request.event.empty()) {
    if (!is_line(request.event, event_name)) return Error{Errc::invalid, fmt::format("an event's name is a text of at most {} bytes in one line", event_name)};
    goal.event_name = request.event;
  } else {
    if (!is_line(request.page, path) || request.page.front() != '/')
      return Error{Errc::invalid, fmt::format("a page is a path that begins with / and has at most {} bytes; * stands for any text", path)};
    goal.page_path = request.page;
  }
  return goal;
}

}  // namespace

Result<void> add_goal(const config::Config& config, const GoalRequest& request) {
  const auto goal = goal_of(request);
  if (!goal) return goal.error();
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    const auto name = storage::create_goal(connection, normalise_host(request.site), *goal);
    if (!name) return name.error();
    std::cout << *name << "\n";
    return {};
  });
}

Result<void> list_goals(const config::Config& config, const GoalRequest& request) {
  return with_connection(config, [&](storage::Connection& connection) -> Result<void> {
    const auto goals = storage::list_goals(connection, normalise_host(request.site));
    if (!goals) return goals.error();
    for (const auto& goal : *goals)
      std::cout << goal.display_name << (goal.event_name ? ": event " + *goal.event_name : ": page " + goal.page_path.value_or("")) << "\n";
    return {};
  });
}

Result<void> remove_goal(const config::Config& config, const GoalRequest& request) {
  return with_connection(config, [&](storage::Connection& connection) { return storage::remove_goal(connection, normalise_host(request.site), request.name); });
}

}  // namespace pico::app
