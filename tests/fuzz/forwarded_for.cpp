// X-Forwarded-For and X-Real-IP, addresses and networks as text.
#include "fuzz.hpp"
#include "pico/http/client_address.hpp"

using namespace pico;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines input(fuzz::text_of(data, size));
  const auto first = input.next();
  const auto rest = input.rest();
  const auto proxy = IpAddress::v4({127, 0, 0, 1});
  const auto stranger = IpAddress::v4({203, 0, 113, 9});
  for (const auto extractor : {http::IpExtractor::direct, http::IpExtractor::xff, http::IpExtractor::realip}) {
    const http::ClientAddressRule rule{extractor, private_networks()};
    fuzz::require(http::client_address(rule, stranger, first, rest) == stranger, "only a trusted proxy is believed");
    const auto client = http::client_address(rule, proxy, first, rest);
    const auto again = IpAddress::parse(client.to_string());
    fuzz::require(again && *again == client, "an address reads back as it was written");
  }
  if (const auto network = Cidr::parse(first)) {
    const auto again = Cidr::parse(network->to_string());
    fuzz::require(again && *again == *network, "a network reads back as it was written");
    (void)network->contains(stranger);
  }
  return 0;
}
