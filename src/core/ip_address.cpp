#include "pico/core/ip_address.hpp"

#include <arpa/inet.h>
#include <algorithm>
#include <charconv>

#include "pico/core/text.hpp"

namespace pico {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<int> parse_number(std::string_view digits, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || digits.front() == '-' || value > max) return std::nullopt;
  return value;
}

/// An address and nothing around it.
std::optional<IpAddress> parse_bare(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() >= INET6_ADDRSTRLEN || terminated.find('\0') != npos) return std::nullopt;
  if (text.find(':') == npos) {
    std::array<std::uint8_t, 4> bytes{};
    if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
    return IpAddress::v4(bytes);
  }
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
  return IpAddress::v6(bytes);
}

std::optional<IpAddress> parse_v6_with_zone(std::string_view text) {
  if (text.find(':') == npos) return std::nullopt;
  return parse_bare(text.substr(0, text.find('%')));
}

bool is_port_suffix(std::string_view text) {
  return text.starts_with(':') && parse_number(text.substr(1), 65535).has_value();
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == npos) return std::nullopt;
    const auto rest = text.substr(close + 1);
    if (!rest.empty() && !is_port_suffix(rest)) return std::nullopt;
    return parse_v6_with_zone(text.substr(1, close - 1));
  }
  const auto colon = text.find(':');
  if (colon == npos) return parse_bare(text);
  if (text.find(':', colon + 1) != npos) return parse_v6_with_zone(text);
  return is_port_suffix(text.substr(colon)) ? parse_bare(text.substr(0, colon)) : std::nullopt;
}

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> bytes) {
  IpAddress out;
  std::ranges::copy(bytes, out.bytes_.begin() + mapped_prefix.size());
  return out;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> bytes) {
  IpAddress out;
  out.bytes_ = bytes;
  out.v4_ = std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
  return out;
}

IpAddress IpAddress::client_prefix() const {
  IpAddress out = *this;
  if (!v4_) std::fill(out.bytes_.begin() + 8, out.bytes_.end(), std::uint8_t{0});
  return out;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (v4_) return inet_ntop(AF_INET, bytes_.data() + mapped_prefix.size(), out.data(), out.size());
  return inet_ntop(AF_INET6, bytes_.data(), out.data(), out.size());
}

Result<Cidr> Cidr::parse(std::string_view text) {
  const auto fail = [&](std::string_view why) {
    return Error{Errc::invalid, "\"" + clean_text(text, 64) + "\" is no network: " + std::string(why) + "."};
  };
  const auto slash = text.find('/');
  const auto base = parse_bare(trim(text.substr(0, slash)));
  if (!base) return fail("write it like 10.0.0.0/8 or fc00::/7");
  const int skipped = base->is_v4() && text.find(':') == npos ? 96 : 0;  // `::ffff:10.0.0.0/104` counts the mapped bits itself
  Cidr out;
  out.base_ = *base;
  out.prefix_bits_ = 128;
  if (slash != npos) {
    const auto bits = parse_number(trim(text.substr(slash + 1)), 128 - skipped);
    if (!bits) return fail("the number behind the slash is 0 to " + std::to_string(128 - skipped));
    out.prefix_bits_ = *bits + skipped;
  }
  if (base->is_v4() && out.prefix_bits_ < 96) return fail("an IPv4-mapped network has at least 96 bits");
  return out;
}

bool Cidr::contains(const IpAddress& address) const {
  // So that ::/0 means every IPv6 address and not the mapped IPv4 ones too.
  if (address.is_v4() != base_.is_v4()) return false;
  const auto whole = static_cast<std::size_t>(prefix_bits_ / 8);
  const auto& mine = base_.bytes();
  const auto& theirs = address.bytes();
  if (!std::equal(mine.begin(), mine.begin() + whole, theirs.begin())) return false;
  const int rest = prefix_bits_ % 8;
  return rest == 0 || ((mine[whole] ^ theirs[whole]) >> (8 - rest)) == 0;
}

std::string Cidr::to_string() const { return base_.to_string() + "/" + std::to_string(prefix_bits_ - (base_.is_v4() ? 96 : 0)); }

const std::vector<Cidr>& private_networks() {
  static const auto networks = [] {
    std::vector<Cidr> out;
    for (const auto* text :
         {"127.0.0.0/8", "169.254.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fe80::/10", "fc00::/7"}) {
      out.push_back(Cidr::parse(text).value());
    }
    return out;
  }();
  return networks;
}

bool contains(const std::vector<Cidr>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const Cidr& network) { return network.contains(address); });
}

}  // namespace pico
