#include "pico/http/client_address.hpp"

#include <gtest/gtest.h>

namespace pico::http {
namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(ClientAddress, DirectIgnoresEveryHeader) {
  EXPECT_EQ(client_address({IpExtractor::direct, private_networks()}, ip("127.0.0.1"), "8.8.8.8", "9.9.9.9"), ip("127.0.0.1"));
}

TEST(ClientAddress, HeadersOfAnUntrustedPeerAreIgnored) {
  EXPECT_EQ(client_address({IpExtractor::xff, private_networks()}, ip("8.8.4.4"), "1.1.1.1", ""), ip("8.8.4.4"));
  EXPECT_EQ(client_address({IpExtractor::realip, private_networks()}, ip("8.8.4.4"), "", "1.1.1.1"), ip("8.8.4.4"));
}

TEST(ClientAddress, XffTakesTheFirstUntrustedAddressFromTheRight) {
  const ClientAddressRule rule{IpExtractor::xff, private_networks()};
  EXPECT_EQ(client_address(rule, ip("127.0.0.1"), "6.6.6.6, 8.8.8.8, 10.0.0.3", ""), ip("8.8.8.8"));
  EXPECT_EQ(client_address(rule, ip("127.0.0.1"), "8.8.8.8:4711", ""), ip("8.8.8.8"));
  EXPECT_EQ(client_address(rule, ip("127.0.0.1"), "[2001:db8::1]:4711", ""), ip("2001:db8::1"));
}

TEST(ClientAddress, XffWithAnUnparseableEntryGivesThePeer) {
  EXPECT_EQ(client_address({IpExtractor::xff, private_networks()}, ip("127.0.0.1"), "8.8.8.8, unknown", ""), ip("127.0.0.1"));
}

TEST(ClientAddress, XffOfTrustedAddressesOnlyGivesTheLeftmost) {
  EXPECT_EQ(client_address({IpExtractor::xff, private_networks()}, ip("127.0.0.1"), "192.168.1.7, 10.0.0.3", ""), ip("192.168.1.7"));
}

TEST(ClientAddress, AListOfProxiesReplacesThePrivateNetworks) {
  const ClientAddressRule rule{IpExtractor::xff, {Cidr::parse("203.0.113.0/24").value()}};
  EXPECT_EQ(client_address(rule, ip("127.0.0.1"), "8.8.8.8", ""), ip("127.0.0.1"));
  EXPECT_EQ(client_address(rule, ip("203.0.113.9"), "8.8.8.8", ""), ip("8.8.8.8"));
}

TEST(ClientAddress, RealIpIsTakenFromATrustedPeerAndIgnoredWhenUnparseable) {
  const ClientAddressRule rule{IpExtractor::realip, private_networks()};
  EXPECT_EQ(client_address(rule, ip("10.1.2.3"), "", " 8.8.8.8 "), ip("8.8.8.8"));
  EXPECT_EQ(client_address(rule, ip("10.1.2.3"), "", "nonsense"), ip("10.1.2.3"));
}

}  // namespace
}  // namespace pico::http
