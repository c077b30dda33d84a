#pragma once
#include "pico/api/views.hpp"

namespace pico::api::compat {

/// Who is at the other end of a views WebSocket.
struct ViewsClient {
  std::string origin, domain;
  IpAddress address;  ///< for the rate limit; in RAM only
  bool limited = true;  ///< by the rate limit; a proxy with many behind it is not
  bool tracked = true;  ///< false: asked not to be; its referrers are not stored
};

/// The protocol of one views WebSocket. The socket has been counted in at the hub.
std::unique_ptr<http::WebSocketProtocol> make_views_protocol(const Views& views, ViewsClient client);

}  // namespace pico::api::compat
