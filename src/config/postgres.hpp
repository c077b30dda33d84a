#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pico::config {

struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;  ///< 0: there is one, but it is no port number
};

/// Splits `db.example:5433` and `[::1]:5433`; a bare IPv6 address and a socket directory (`/run/postgresql`) have no port.
HostAndPort split_host(std::string_view host);

}  // namespace pico::config
