#pragma once
#include <cstddef>
#include <string>

#include "pico/api/micro_inserts.hpp"
#include "pico/http/router.hpp"
#include "with_access.hpp"

namespace pico::api::micro_analytics {

/// `POST {base}/{website}`, `{base}/{website}/bulk` and `{base}/bulk`, for who may write. What is given by reference must outlive the
/// router; `unauthorized` answers who may not.
void add_inserting_routes(http::Router& router, const std::string& base, MicroInserts& inserts, const Access& access, Unauthorized unauthorized,
                          std::size_t max_list_bytes);

}  // namespace pico::api::micro_analytics
