#pragma once
#include <deque>
#include <mutex>
#include <string_view>

#include "pico/core/time.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/ingest/ingest.hpp"

namespace pico::ingest {

/// Decides whether events of a domain are taken. A domain nobody knows becomes a site (siteRegistration auto) within two caps, so that
/// made-up domains cannot fill the database. Thread-safe.
class Admission {
 public:
  Admission(const Options& options, enrich::Sites& sites) : options_(options), sites_(sites) {}

  enum class Answer { known, admitted, not_listed, too_many };
  Answer admit(std::string_view domain, Instant now);

 private:
  const Options& options_;
  enrich::Sites& sites_;
  std::mutex mutex_;
  std::deque<Instant> recent_;  // when the last hour's new sites were admitted; guarded by mutex_
};

}  // namespace pico::ingest
