#include "pico/storage/recent_events.hpp"

#include "pico/event/kind.hpp"
#include "sql.hpp"

namespace pico::storage {

std::vector<RecentEvent> recent_events(Connection& connection, std::string_view domain, std::uint64_t visitor_id, std::size_t limit) {
  const auto rows = connection.execute(sql("recent_events"), domain, static_cast<std::int64_t>(visitor_id), static_cast<std::int64_t>(limit));
  std::vector<RecentEvent> events;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto kind = static_cast<event::Kind>(rows.get<int>(i, 1));
    const auto custom_name = rows.get<std::string>(i, 2);
    events.push_back({rows.get<Instant>(i, 0), custom_name.empty() ? std::string(event::name_of(kind)) : custom_name, rows.get<std::string>(i, 3),
                      rows.get<std::string>(i, 4), rows.get<std::string>(i, 5), rows.get<std::string>(i, 6), rows.get<std::string>(i, 7),
                      static_cast<std::uint64_t>(rows.get<std::int64_t>(i, 8))});
  }
  return events;
}

}  // namespace pico::storage
