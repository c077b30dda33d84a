#include "pico/storage/recent_events.hpp"

#include "pico/event/kind.hpp"
#include "sql.hpp"

namespace pico::storage {

std::vector<RecentEvent> recent_events(Connection& connection, std::string_view domain, Day day, std::uint64_t visitor_id,
                                       int limit) {
  const auto rows = connection.execute(sql("recent_events"), domain, day, static_cast<std::int64_t>(visitor_id), limit);
  std::vector<RecentEvent> events;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto kind = static_cast<event::Kind>(rows.get<int>(i, 1));
    events.push_back({.at = rows.get<Instant>(i, 0),
                      .name = kind == event::Kind::custom ? rows.get<std::string>(i, 2) : std::string(name_of(kind)),
                      .hostname = rows.get<std::string>(i, 3),
                      .path = rows.get<std::string>(i, 4),
                      .visit_id = rows.get<std::int64_t>(i, 5),
                      .browser = rows.get<std::string>(i, 6),
                      .os = rows.get<std::string>(i, 7),
                      .country = rows.get<std::string>(i, 8),
                      .channel = rows.get<std::string>(i, 9)});
  }
  return events;
}

}  // namespace pico::storage
