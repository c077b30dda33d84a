#include "changed_days.hpp"

#include <algorithm>

namespace pico::writer {

void ChangedDays::add(std::span<const storage::VisitorDay> changed) {
  for (const auto& key : changed) {
    auto& visitors = days_.try_emplace({key.site, key.day}, std::in_place).first->second;
    if (!visitors) continue;
    visitors->push_back(key.visitor);
    if (--room_ == 0) list_no_more();
  }
}

void ChangedDays::list_no_more() {
  for (auto& [key, visitors] : days_) visitors.reset();
  room_ = at_most_;
}

std::vector<storage::DayChange> ChangedDays::take() {
  std::vector<storage::DayChange> changes;
  changes.reserve(days_.size());
  for (auto& [key, visitors] : days_) {
    if (visitors) {
      std::sort(visitors->begin(), visitors->end());
      visitors->erase(std::unique(visitors->begin(), visitors->end()), visitors->end());
    }
    changes.push_back({key.first, key.second, std::move(visitors)});
  }
  days_.clear();
  room_ = at_most_;
  return changes;
}

}  // namespace pico::writer
