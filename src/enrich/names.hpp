#pragma once
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace pico::enrich {

/// Keeps one copy of each name it is given, for as long as it lives. Thread-safe; asked only for a User-Agent not seen lately.
/// Beyond the limit new names become "Unknown": a client must not be able to fill the memory with invented ones.
class Names {
 public:
  std::string_view keep(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto found = names_.find(name); found != names_.end()) return *found;
    if (names_.size() >= limit) return "Unknown";
    return *names_.emplace(name).first;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return names_.size();
  }

  static constexpr std::size_t limit = 2000;

 private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> names_;  // guarded by mutex_; a set's strings never move
};

}  // namespace pico::enrich
