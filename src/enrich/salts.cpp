#include "pico/enrich/salts.hpp"

#include <mutex>

namespace pico::enrich {

std::optional<HashKey> Salts::find(Day day) const {
  const std::shared_lock lock(mutex_);
  const auto found = salts_.find(day);
  return found == salts_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Day> Salts::oldest() const {
  const std::shared_lock lock(mutex_);
  return salts_.empty() ? std::nullopt : std::optional(salts_.begin()->first);
}

void Salts::put(Day day, const HashKey& salt) {
  const std::lock_guard lock(mutex_);
  salts_.insert_or_assign(day, salt);
}

std::vector<Day> Salts::erase_before(Day day) {
  const std::lock_guard lock(mutex_);
  std::vector<Day> erased;
  const auto end = salts_.lower_bound(day);
  for (auto at = salts_.begin(); at != end; ++at) erased.push_back(at->first);
  salts_.erase(salts_.begin(), end);  // HashKey overwrites itself
  return erased;
}

std::map<Day, HashKey> Salts::all() const {
  const std::shared_lock lock(mutex_);
  return salts_;
}

}  // namespace pico::enrich
