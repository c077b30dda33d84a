#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "pico/core/ip_address.hpp"
#include "pico/core/time.hpp"

namespace pico::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

std::string_view to_string(Method method);

/// One parsed request. Views live until the answer is on its way; a handler that answers later copies what it needs by then.
class Request {
 public:
  Method method = Method::other;
  std::string_view path;   ///< of the request target, as sent, without the query
  std::string_view query;  ///< without '?'
  std::string_view body;  ///< empty when it is streamed
  IpAddress peer;        ///< of the socket
  IpAddress client;      ///< by the configured rule (http/client_address.hpp)
  bool client_is_proxy = false;  ///< `client` is the address of a trusted proxy itself: many may be behind it, who cannot be told apart
  Instant received_at;   ///< when the request's last byte had come; of a streamed body: its head

  /// The value of the first header field of that name (any case), trimmed; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header_(fields_, name); }

  /// Set by the session: how header() looks a field up, so that the parser's types stay out of this header.
  using FindHeader = std::string_view (*)(const void* fields, std::string_view name);
  Request(const void* fields, FindHeader find) : fields_(fields), find_header_(find) {}

 private:
  const void* fields_;
  FindHeader find_header_;
};

}  // namespace pico::http
