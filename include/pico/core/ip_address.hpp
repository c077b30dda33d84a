#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pico/core/result.hpp"

namespace pico {

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (::ffff:1.2.3.4) is always held as the IPv4 address it stands for.
class IpAddress {
 public:
  /// The unspecified IPv4 address 0.0.0.0: "not known".
  IpAddress() = default;

  /// Accepts what clients and proxies write: `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]`, `[::1]:80`, a zone (`fe80::1%eth0`) is
  /// dropped.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::array<std::uint8_t, 4> bytes);
  static IpAddress v6(std::array<std::uint8_t, 16> bytes);

  [[nodiscard]] bool is_v4() const { return v4_; }
  /// 16 bytes; an IPv4 address stands in the last four behind the mapped prefix.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  /// What counts as one client: the address itself for IPv4, its /64 for IPv6.
  [[nodiscard]] IpAddress client_prefix() const;
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
  bool v4_ = true;
};

/// A block of addresses, `10.0.0.0/8` or `fc00::/7`; a bare address is a block of one.
class Cidr {
 public:
  static Result<Cidr> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  /// `10.0.0.0/8`, with the address as it was given.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Cidr&, const Cidr&) = default;

 private:
  IpAddress base_;
  int prefix_bits_ = 0;  // counted on the 16 mapped bytes
};

/// Loopback, link-local, RFC 1918 and fc00::/7: what a proxy on the own machine or network has.
const std::vector<Cidr>& private_networks();

bool contains(const std::vector<Cidr>& networks, const IpAddress& address);

}  // namespace pico
