#include "pico/core/ip_address.hpp"

#include <gtest/gtest.h>

namespace pico {
namespace {

std::string normal_form(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "refused";
}

IpAddress ip(std::string_view text) {
  return IpAddress::parse(text).value();
}

TEST(IpAddress, AcceptsWhatClientsAndProxiesWrite) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"1.2.3.4", "1.2.3.4"},
      {" 1.2.3.4 ", "1.2.3.4"},
      {"1.2.3.4:80", "1.2.3.4"},
      {"0.0.0.0", "0.0.0.0"},
      {"::1", "::1"},
      {"::", "::"},
      {"[::1]", "::1"},
      {"[::1]:65535", "::1"},
      {"fe80::1%eth0", "fe80::1"},
      {"[fe80::1%25eth0]:443", "fe80::1"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(normal_form(text), expected) << text;
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const std::string_view text : {"",
                                      " ",
                                      "unknown",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1.2.3.256",
                                      "01.2.3.4",
                                      "0x1.2.3.4",
                                      "1.2.3.4:",
                                      "1.2.3.4:x",
                                      "1.2.3.4:65536",
                                      "1.2.3.4:-1",
                                      "1.2.3.4%eth0",
                                      "[1.2.3.4]:80",
                                      "[::1",
                                      "::1]",
                                      "[]",
                                      "[::1]80",
                                      "[::1]:",
                                      "[::1]:65536",
                                      ":::",
                                      ":1",
                                      "1:2:3:4:5:6:7:8:9",
                                      "::g",
                                      "1.2.3.4, 5.6.7.8",
                                      "%eth0",
                                      "example.com:80"}) {
    EXPECT_EQ(normal_form(text), "refused") << text;
  }
  EXPECT_EQ(normal_form(std::string_view("1.2.3.4\0evil", 12)), "refused");
  EXPECT_EQ(normal_form(std::string(5000, ':')), "refused");
}

TEST(IpAddress, AnIpv4MappedAddressIsTheIpv4Address) {
  for (const std::string_view text : {"::ffff:1.2.3.4", "::FFFF:102:304", "[::ffff:1.2.3.4]:80", "0:0:0:0:0:ffff:1.2.3.4"}) {
    EXPECT_EQ(ip(text), ip("1.2.3.4")) << text;
    EXPECT_TRUE(ip(text).is_v4()) << text;
  }
  EXPECT_FALSE(ip("::1.2.3.4").is_v4()) << "the deprecated compatible form is another address";
  EXPECT_NE(ip("::1.2.3.4"), ip("1.2.3.4"));
}

TEST(IpAddress, HoldsIpv4BehindTheMappedPrefix) {
  const std::array<std::uint8_t, 16> expected{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4};
  EXPECT_EQ(IpAddress::v4({1, 2, 3, 4}).bytes(), expected);
  EXPECT_EQ(IpAddress::v6(expected), ip("1.2.3.4"));
  EXPECT_EQ(IpAddress(), ip("0.0.0.0"));
}

TEST(IpAddress, OneClientIsAnIpv4AddressOrAnIpv6Slash64) {
  EXPECT_EQ(ip("1.2.3.4").client_prefix(), ip("1.2.3.4"));
  EXPECT_EQ(ip("::ffff:1.2.3.4").client_prefix(), ip("1.2.3.4"));
  EXPECT_EQ(ip("2001:db8:1:2:3:4:5:6").client_prefix(), ip("2001:db8:1:2::"));
  EXPECT_EQ(ip("2001:db8:1:2:ffff::").client_prefix(), ip("2001:db8:1:2::1").client_prefix());
  EXPECT_NE(ip("2001:db8:1:2::").client_prefix(), ip("2001:db8:1:3::").client_prefix());
}

bool within(std::string_view network, std::string_view address) {
  return Cidr::parse(network).value().contains(ip(address));
}

TEST(Cidr, ContainsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(within("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(within("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(within("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(within("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(within("10.1.2.3/8", "10.9.9.9")) << "bits behind the prefix do not matter";
  EXPECT_TRUE(within("fc00::/7", "fd12::1"));
  EXPECT_FALSE(within("fc00::/7", "fe00::1"));
  EXPECT_TRUE(within("1.2.3.4", "1.2.3.4"));
  EXPECT_FALSE(within("1.2.3.4", "1.2.3.5"));
  EXPECT_TRUE(within("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_TRUE(within("::ffff:10.0.0.0/104", "10.1.1.1"));
  EXPECT_FALSE(within("::ffff:10.0.0.0/104", "11.1.1.1"));
}

TEST(Cidr, ANetworkOfEveryAddressIsOneOfItsFamily) {
  EXPECT_TRUE(within("0.0.0.0/0", "255.1.2.3"));
  EXPECT_FALSE(within("0.0.0.0/0", "::1"));
  EXPECT_TRUE(within("::/0", "ff02::1"));
  EXPECT_FALSE(within("::/0", "1.2.3.4"));
}

TEST(Cidr, IsWrittenAsItIsRead) {
  for (const auto* text : {"10.0.0.0/8", "0.0.0.0/0", "::/0", "fc00::/7", "1.2.3.4/32"})
    EXPECT_EQ(Cidr::parse(text)->to_string(), text);
  EXPECT_EQ(Cidr::parse("1.2.3.4")->to_string(), "1.2.3.4/32");
  EXPECT_EQ(Cidr::parse("::ffff:10.0.0.0/104")->to_string(), "10.0.0.0/8");
}

TEST(Cidr, RefusesWhatIsNoneAndSaysWhy) {
  for (const std::string_view text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129",
                                      "10.0.0.0:80/8", "[::1]/8", "localhost", "10.0/8", "::ffff:10.0.0.0/8", "10.0.0.0/ 8x"}) {
    const auto parsed = Cidr::parse(text);
    ASSERT_TRUE(parsed.has_error()) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid);
    EXPECT_NE(parsed.error().message.find("\"" + std::string(text) + "\""), std::string::npos) << parsed.error().message;
  }
}

TEST(Cidr, PrivateNetworksAreThoseOfTheOwnMachineAndNetwork) {
  for (const auto* text :
       {"127.0.0.1", "10.1.1.1", "172.20.0.1", "192.168.1.1", "169.254.1.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(contains(private_networks(), ip(text))) << text;
  }
  for (const auto* text : {"8.8.8.8", "172.15.0.1", "192.169.0.1", "2001:db8::1", "::2", "0.0.0.0"}) {
    EXPECT_FALSE(contains(private_networks(), ip(text))) << text;
  }
}

}  // namespace
}  // namespace pico
