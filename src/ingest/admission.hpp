#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>

#include "pico/enrich/sites.hpp"
#include "pico/ingest/ingest.hpp"

namespace pico::ingest {

/// Decides whether events of a domain are taken. A domain nobody knows becomes a site (siteRegistration auto) within two caps, so that
/// made-up domains cannot fill the database. Thread-safe.
class Admission {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `now` is asked at each admission. Not the wall clock: if sites came while that was ahead, none could come until it had got there again.
  Admission(const Options& options, enrich::Sites& sites, std::function<TimePoint()> now = std::chrono::steady_clock::now)
      : options_(options), sites_(sites), now_(std::move(now)) {}

  enum class Answer { known, admitted, not_listed, too_many };
  Answer admit(std::string_view domain);

 private:
  const Options& options_;
  enrich::Sites& sites_;
  const std::function<TimePoint()> now_;
  std::mutex mutex_;
  std::deque<TimePoint> recent_;  // when the last hour's new sites were admitted; guarded by mutex_
};

}  // namespace pico::ingest
