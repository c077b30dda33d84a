#include "pico/http/client_address.hpp"

#include "pico/core/text.hpp"

namespace pico::http {
namespace {

IpAddress from_forwarded_for(const ClientAddressRule& rule, const IpAddress& peer, std::string_view list) {
  IpAddress leftmost = peer;
  while (!list.empty()) {
    const auto comma = list.rfind(',');
    const auto entry = trim(comma == std::string_view::npos ? list : list.substr(comma + 1));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
    if (entry.empty()) continue;
    const auto address = IpAddress::parse(entry);
    if (!address) return peer;
    if (!contains(rule.trusted_proxies, *address)) return *address;
    leftmost = *address;
  }
  return leftmost;
}

}  // namespace

IpAddress client_address(const ClientAddressRule& rule, const IpAddress& peer, std::string_view forwarded_for,
                         std::string_view real_ip) {
  if (rule.extractor == IpExtractor::direct || !contains(rule.trusted_proxies, peer)) return peer;
  if (rule.extractor == IpExtractor::realip) return IpAddress::parse(trim(real_ip)).value_or(peer);
  return from_forwarded_for(rule, peer, forwarded_for);
}

}  // namespace pico::http
