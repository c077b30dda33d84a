#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "item.hpp"
#include "pico/core/time.hpp"
#include "pico/event/raw.hpp"

/// From an item to the event that it becomes.
namespace pico::api::micro_analytics {

/// An item's event before its enrichment, and what the item says besides. Must not leave RAM.
struct Sent {
  event::Raw raw;                      ///< its kind is visit or custom
  std::string name, platform, country;  ///< country as given: what the look-up finds goes before it
  std::string referer_domain;
  std::string caller;                  ///< canonical text of the IP address
  bool has_user_agent = false;
  bool time_replaced = false;          ///< a time was given, and nobody can read it
};

/// Which events are pageviews; a blank name always is one.
class PageviewNames {
 public:
  explicit PageviewNames(std::vector<std::string> names);
  [[nodiscard]] bool contains(std::string_view event) const;

 private:
  std::vector<std::string> names_;
};

/// The time that an item says, `now` when it says none. What the store cannot hold is a fault: before 2000, or more than a day ahead.
/// A time that nobody can read is one when `strict`, otherwise it is replaced by `now`, and `replaced` says so.
struct ItemTime {
  Instant at;
  bool replaced = false;
  std::optional<Fault> fault;
};
ItemTime time_of(const Item& item, Instant now, bool strict);

/// From what was sent to what is enriched. `site`: of site_of().
Sent read_item(const Item& item, std::string_view site, const ItemTime& time, const PageviewNames& pageviews);

}  // namespace pico::api::micro_analytics
