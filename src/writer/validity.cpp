#include "pico/writer/validity.hpp"

#include "pico/storage/ingest_rows.hpp"

namespace pico::writer {

bool is_storable(const event::Enriched& event, Instant now) {
  using namespace std::chrono_literals;
  const Instant day(event.day);
  return event.at >= day - 14h && event.at < day + 36h && event.day >= oldest_day && event.at < now + furthest_ahead &&
         (event.visitor_id & storage::max_ordinal) == 0;
}

}  // namespace pico::writer
