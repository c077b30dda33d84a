#include "pico/enrich/visitor.hpp"

#include <gtest/gtest.h>
#include <string>

namespace pico::enrich {
namespace {

class VisitorTest : public testing::Test {
 protected:
  static IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }
  std::uint64_t id(std::string_view site, std::string_view address, std::string_view user_agent) {
    return visitor_id(salt_, site, ip(address), user_agent);
  }
  HashKey salt_;
};

TEST_F(VisitorTest, EveryPastDayOfEveryInstallationHasAKeyOfItsOwn) {
  const Day day{std::chrono::days(20'000)};
  HashKey other;
  other.bytes[0] = 1;
  const auto key = key_of_day(salt_, day);
  EXPECT_EQ(key.bytes, key_of_day(salt_, day).bytes);
  EXPECT_NE(key.bytes, key_of_day(salt_, day + std::chrono::days(1)).bytes);
  EXPECT_NE(key.bytes, key_of_day(other, day).bytes);
  EXPECT_FALSE(std::equal(key.bytes.begin(), key.bytes.begin() + 8, key.bytes.begin() + 8)) << "both halves count";
}

TEST_F(VisitorTest, EachInputMatters) {
  const auto one = id("example.com", "192.0.2.1", "agent");
  EXPECT_EQ(one, id("example.com", "192.0.2.1", "agent"));
  EXPECT_NE(one, id("example.org", "192.0.2.1", "agent"));
  EXPECT_NE(one, id("example.com", "192.0.2.2", "agent"));
  EXPECT_NE(one, id("example.com", "192.0.2.1", "other"));
  salt_.bytes[0] = 1;
  EXPECT_NE(one, id("example.com", "192.0.2.1", "agent"));
}

TEST_F(VisitorTest, TheLowBitsAreLeftForVisitsAndNoIdIsZero) {
  for (int i = 0; i < 1000; ++i) {
    const auto visitor = id("example.com", "192.0.2.1", std::to_string(i));
    EXPECT_EQ(visitor & 1023U, 0U);
    EXPECT_NE(visitor, 0U);
  }
}

TEST_F(VisitorTest, AMappedAddressIsTheIpv4AddressItStandsFor) {
  EXPECT_EQ(id("example.com", "::ffff:192.0.2.1", "agent"), id("example.com", "192.0.2.1", "agent"));
}

TEST_F(VisitorTest, Ipv6CountsByItsNetwork) {
  EXPECT_EQ(id("example.com", "2001:db8:1:2::1", "agent"), id("example.com", "2001:db8:1:2:ffff::9", "agent"));
  EXPECT_NE(id("example.com", "2001:db8:1:2::1", "agent"), id("example.com", "2001:db8:1:3::1", "agent"));
}

}  // namespace
}  // namespace pico::enrich
