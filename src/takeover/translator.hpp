#pragma once
#include <map>
#include <memory_resource>
#include <optional>

#include "pico/core/hash.hpp"
#include "pico/enrich/arrival.hpp"
#include "pico/event/enriched.hpp"
#include "pico/storage/rows.hpp"
#include "pico/takeover/takeover.hpp"
#include "site_zones.hpp"

namespace pico::takeover {

/// Makes events of ours out of rows of the old table. Not thread-safe.
class Translator {
 public:
  /// `sites` must outlive this, and stay as they are.
  Translator(const HashKey& past_key, const enrich::Sites& sites) : past_key_(past_key), known_sites_(sites) {}

  /// The event of a row of old_tables.events, or nullopt when it has to be left out; counted in `outcome` either way. Its texts live until
  /// release(), and no longer than the rows.
  std::optional<event::Enriched> translate(const storage::Rows& rows, std::size_t row, Outcome& outcome);
  void release() { memory_.release(); }

 private:
  std::string_view text(const storage::Rows& rows, std::size_t row, std::size_t column, std::size_t max_bytes);
  std::string_view keep(std::string_view text);
  std::uint64_t visitor(const event::Enriched& event, std::string_view old_id);
  const HashKey& key_of(Day day);
  const std::string* site(std::string_view old_domain);
  void read_session(const storage::Rows& rows, std::size_t row, event::Enriched& event);

  const HashKey past_key_;
  const enrich::Sites& known_sites_;
  enrich::ArrivalReader arrivals_;
  std::map<Day, HashKey> keys_;                                            // at most some days: emptied when it grows
  std::map<std::string, std::optional<std::string>, std::less<>> sites_;  // by old domain; likewise
  std::pmr::monotonic_buffer_resource memory_{1 << 20};
};

}  // namespace pico::takeover
