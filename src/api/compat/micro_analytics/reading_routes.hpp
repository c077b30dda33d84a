#pragma once
#include <string>

#include "pico/api/micro_reads.hpp"
#include "pico/http/router.hpp"
#include "with_access.hpp"

namespace pico::api::micro_analytics {

/// `GET {base}/{website}` and `{base}/{website}/{report}` for who may read, `DELETE {base}/{website}` for who may manage. What is given by
/// reference must outlive the router; `unauthorized` answers who may not.
void add_reading_routes(http::Router& router, const std::string& base, MicroReads& reads, const Access& access, Unauthorized unauthorized);

/// The greeting at `{base}/`, for everybody, and 404 for what is no route.
void add_other_routes(http::Router& router, const std::string& base);

}  // namespace pico::api::micro_analytics
