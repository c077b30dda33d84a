#include "pico/storage/goals.hpp"

#include "pico/storage/sites.hpp"
#include "sql.hpp"

namespace pico::storage {
namespace {

std::string name_for(const Goal& goal) {
  if (!goal.display_name.empty()) return goal.display_name;
  return goal.event_name ? *goal.event_name : "Visit " + goal.page_path.value_or("");
}

}  // namespace

Result<std::string> create_goal(Connection& connection, std::string_view domain, const Goal& goal) {
  Transaction transaction(connection);
  hold_sites(connection);
  const auto site_id = find_site(connection, domain);
  if (!site_id) return site_id.error();
  auto name = name_for(goal);
  const auto created = connection.execute(sql("goals.create"), *site_id, name, goal.event_name, goal.page_path);
  if (created.affected() == 0) return Error{Errc::conflict, "the site has a goal of that name already"};
  transaction.commit();
  return name;
}

Result<std::vector<Goal>> list_goals(Connection& connection, std::string_view domain) {
  const auto site_id = find_site(connection, domain);
  if (!site_id) return site_id.error();
  const auto rows = connection.execute(sql("goals.list"), *site_id);
  std::vector<Goal> goals;
  for (std::size_t i = 0; i < rows.size(); ++i)
    goals.push_back({rows.get<int>(i, 0), rows.get<std::string>(i, 1), rows.get<std::optional<std::string>>(i, 2), rows.get<std::optional<std::string>>(i, 3)});
  return goals;
}

Result<void> remove_goal(Connection& connection, std::string_view domain, std::string_view display_name) {
  const auto site_id = find_site(connection, domain);
  if (!site_id) return site_id.error();
  const auto gone = connection.execute("delete from pico.goals where site_id = $1 and display_name = $2", *site_id, display_name);
  if (gone.affected() == 0) return Error{Errc::not_found, "the site has no goal of that name"};
  return {};
}

}  // namespace pico::storage
