#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "item_event.hpp"
#include "pico/api/micro_inserts.hpp"
#include "pico/enrich/enricher.hpp"
#include "spool.hpp"

namespace pico::api::micro_analytics {

/// Makes events of items: reads, enriches, and spools them. One a thread.
class Intake {
 public:
  /// What is given by reference must outlive it.
  Intake(const MicroInsertOptions& options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts, const enrich::Sites& sites,
         const Clock& clock);

  enum class Unreadable : std::uint8_t { refuse, now };  ///< what a time that nobody can read means

  /// nullopt: the item's event is in the spool. `replaced` is set when its time was of no use and it is of now.
  std::optional<Fault> take(const Item& item, std::string_view site, Unreadable time, Spool& spool, bool& replaced);

 private:
  std::optional<Fault> spool(const Sent& sent, std::string_view site, Instant now, Spool& into);

  const MicroInsertOptions& options_;
  const PageviewNames pageviews_;
  enrich::Enricher enricher_;
  const enrich::Sites& sites_;
  const Clock& clock_;
};

}  // namespace pico::api::micro_analytics
