#include "pico/storage/micro_visits.hpp"

#include "sql.hpp"

namespace pico::storage {

std::uint64_t count_micro_visits(Connection& connection, std::string_view domain, Instant from, Instant to) {
  const auto first = std::chrono::floor<std::chrono::days>(from) - std::chrono::days(1), last = std::chrono::floor<std::chrono::days>(to) + std::chrono::days(1);
  return static_cast<std::uint64_t>(connection.execute(sql("micro_visits.count"), domain, from, to, first, last).get<std::int64_t>(0, 0));
}

}  // namespace pico::storage
