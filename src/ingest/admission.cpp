#include "admission.hpp"

namespace pico::ingest {

Admission::Answer Admission::admit(std::string_view domain) {
  if (sites_.contains(domain)) return Answer::known;
  if (!options_.register_sites) return Answer::not_listed;
  const std::lock_guard lock(mutex_);
  if (sites_.contains(domain)) return Answer::known;  // another thread was quicker
  const auto now = now_();
  while (!recent_.empty() && recent_.front() + std::chrono::hours(1) <= now) recent_.pop_front();
  if (recent_.size() >= options_.max_auto_sites_per_hour || sites_.size() >= options_.max_auto_sites) return Answer::too_many;
  sites_.admit(domain);
  recent_.push_back(now);
  return Answer::admitted;
}

}  // namespace pico::ingest
