#include "hourly_limit.hpp"

namespace pico::api {
namespace {

constexpr std::chrono::hours hour{1};

}  // namespace

HourlyLimit::Hour& HourlyLimit::hour_of(int key_id, TimePoint now) {
  const auto found = hours_.find(key_id);
  if (found != hours_.end()) return found->second;
  if (hours_.size() >= max_keys) std::erase_if(hours_, [&](const auto& one) { return now - one.second.begin >= hour; });
  return hours_.size() < max_keys ? hours_.emplace(key_id, Hour{now}).first->second : shared_;
}

std::size_t HourlyLimit::keys() const {
  const std::lock_guard lock(mutex_);
  return hours_.size();
}

std::optional<std::chrono::seconds> HourlyLimit::take(int key_id, TimePoint now) {
  if (per_hour_ == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  auto& one = hour_of(key_id, now);
  if (now - one.begin >= hour) one = {now};
  if (one.count >= per_hour_) return std::chrono::ceil<std::chrono::seconds>(one.begin + hour - now);
  ++one.count;
  return std::nullopt;
}

}  // namespace pico::api
