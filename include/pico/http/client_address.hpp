#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "pico/core/ip_address.hpp"

namespace pico::http {

/// Where the client's address comes from.
enum class IpExtractor : std::uint8_t { direct, xff, realip };

struct ClientAddressRule {
  IpExtractor extractor = IpExtractor::direct;
  std::vector<Cidr> trusted_proxies = private_networks();
};

/// The client's address. Header fields count only when the peer itself is a trusted proxy.
/// xff: walks X-Forwarded-For from the right over trusted addresses; the first untrusted one wins; an entry that is no address gives
/// the peer; all trusted gives the left-most. realip: X-Real-IP; unparseable gives the peer.
/// `forwarded_for` is all X-Forwarded-For fields joined by commas.
IpAddress client_address(const ClientAddressRule& rule, const IpAddress& peer, std::string_view forwarded_for, std::string_view real_ip);

}  // namespace pico::http
