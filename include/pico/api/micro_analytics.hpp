#pragma once
#include <cstddef>
#include <string>

#include "pico/api/access.hpp"
#include "pico/api/micro_inserts.hpp"
#include "pico/api/micro_reads.hpp"
#include "pico/http/router.hpp"

namespace pico::api {

/// µAnalytics' API (docs/micro-analytics.md). What is given by reference must outlive the router.
struct MicroAnalytics {
  MicroInserts& inserts;
  MicroReads& reads;
  const Access& access;
  std::size_t max_list_bytes;
};

/// Its routes behind `base`, which is empty or begins with a slash.
void add_micro_analytics_routes(http::Router& router, const std::string& base, const MicroAnalytics& micro);

}  // namespace pico::api
