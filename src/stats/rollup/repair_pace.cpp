#include "repair_pace.hpp"

#include <algorithm>

namespace pico::stats {

bool RepairPace::may(storage::SiteId site, Day day, Instant now) const {
  const auto found = days_.find({site, day});
  return found == days_.end() || now >= found->second.until;
}

void RepairPace::worked_on(storage::SiteId site, Day day, Instant now) {
  std::erase_if(days_, [&](const auto& entry) { return entry.second.over(now); });
  const auto found = days_.find({site, day});
  if (found != days_.end()) {
    auto& wait = found->second;
    wait.length = std::min(2 * wait.length, longest_wait_);
    wait.until = now + wait.length;
  } else if (days_.size() < max_days_) {
    days_.emplace(std::pair{site, day}, Wait{now + first_wait_, first_wait_});
  }
}

}  // namespace pico::stats
