#include "postgres.hpp"

#include <spdlog/fmt/fmt.h>
#include <charconv>

#include "pico/config/config.hpp"

namespace pico::config {
namespace {

/// A value of libpq's keyword/value form.
std::string conninfo_value(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

HostAndPort split_host(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool socket_directory = host.starts_with('/');
  const bool bracketed = host.starts_with('[');
  const auto close = host.find(']');
  if (bracketed && close == host.size() - 1) return {std::string(host.substr(1, close - 1)), std::nullopt};
  const bool one_colon = colon != std::string_view::npos && (bracketed ? colon == close + 1 : host.find(':') == colon);
  if (socket_directory || !one_colon) return {std::string(host), std::nullopt};
  const auto port = host.substr(colon + 1);
  const auto name = bracketed ? host.substr(1, close - 1) : host.substr(0, colon);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || end != port.data() + port.size()) number = 0;
  return {std::string(name), number};
}

std::optional<std::string> Config::postgres_url() const {
  const auto& p = postgres;
  if (!p.conn_string.empty()) return p.conn_string;
  if (p.host.empty()) return std::nullopt;
  return fmt::format("host={} port={} dbname={} user={} password={} sslmode={}", conninfo_value(p.host), p.port,
                     conninfo_value(p.database), conninfo_value(p.user), conninfo_value(p.password), p.ssl_mode);
}

}  // namespace pico::config
