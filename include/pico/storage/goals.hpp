#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"
#include "pico/storage/connection.hpp"

/// What counts as a conversion. All functions throw DatabaseError; Errc::not_found also when there is no such site.
namespace pico::storage {

struct Goal {
  int goal_id = 0;
  std::string display_name;
  /// Exactly one of the two: a custom event's name, or the path of a page, in which `*` stands for any text.
  std::optional<std::string> event_name, page_path;
};

/// Adds a goal. A display name that is empty becomes the event's name, or `Visit /path`. Returns the name it got. Errc::conflict
/// when the site has a goal of that name.
Result<std::string> create_goal(Connection& connection, std::string_view domain, const Goal& goal);

/// The site's goals by name.
Result<std::vector<Goal>> list_goals(Connection& connection, std::string_view domain);

Result<void> remove_goal(Connection& connection, std::string_view domain, std::string_view display_name);

}  // namespace pico::storage
