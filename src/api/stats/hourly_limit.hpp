#pragma once
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace pico::api {

/// Counts a key's requests, in hours that begin with its first one. Holds max_keys keys; more than that share one count. Thread-safe.
class HourlyLimit {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t max_keys = 4'096;

  /// 0: no limit.
  explicit HourlyLimit(unsigned per_hour) : per_hour_(per_hour) {}

  /// Counts a request. nullopt: it may be served; else how long until the next one may.
  std::optional<std::chrono::seconds> take(int key_id, TimePoint now);

  [[nodiscard]] unsigned per_hour() const { return per_hour_; }
  /// Keys that have a count of their own.
  [[nodiscard]] std::size_t keys() const;

 private:
  struct Hour {
    TimePoint begin;
    unsigned count = 0;
  };
  Hour& hour_of(int key_id, TimePoint now);

  const unsigned per_hour_;
  mutable std::mutex mutex_;
  std::unordered_map<int, Hour> hours_;  // guarded by mutex_
  Hour shared_{};                        // guarded by mutex_
};

}  // namespace pico::api
