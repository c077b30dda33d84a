#pragma once
#include <cstdint>
#include <string>

#include "pico/http/router.hpp"

namespace pico::api {

struct RedirectOptions {
  std::string authority;     ///< host, or host:port, that is led to; empty: the request's host and `port`
  std::uint16_t port = 443;  ///< of HTTPS
};

/// Adds the answer to everything else: 308 to the same address over HTTPS. 308 keeps method and body, so that a POST stays one.
void add_redirect_routes(http::Router& router, const RedirectOptions& options);

}  // namespace pico::api
