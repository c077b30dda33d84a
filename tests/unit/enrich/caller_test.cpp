#include "pico/enrich/caller.hpp"

#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

TEST(Caller, AnAddressLosesItsPortAndHasOneSpelling) {
  EXPECT_EQ(caller_of("1.2.3.4").text, "1.2.3.4");
  EXPECT_EQ(caller_of("1.2.3.4:99").text, "1.2.3.4");
  EXPECT_EQ(caller_of("[::1]:80").text, "::1");
  EXPECT_EQ(caller_of("2001:DB8:0:0::1").text, "2001:db8::1");
  EXPECT_EQ(caller_of("::ffff:1.2.3.4").text, "1.2.3.4");
  EXPECT_EQ(caller_of("").text, "");
  EXPECT_EQ(caller_of("").address, IpAddress());
}

TEST(Caller, WhatIsNoAddressStillTellsCallersApart) {
  const auto one = caller_of("user-1"), two = caller_of("user-2");
  EXPECT_EQ(one.text, "user-1");
  EXPECT_EQ(one.address, caller_of(" user-1 ").address);
  EXPECT_NE(one.address.client_prefix(), two.address.client_prefix());
  EXPECT_NE(one.address, IpAddress());
  EXPECT_TRUE(Cidr::parse("fd00::/8").value().contains(one.address)) << "no address of anybody's";
}

TEST(Caller, HasOneIdForEachSiteAndAddress) {
  const auto key = HashKey::random();
  const auto id = caller_id(key, "example.com", "1.2.3.4");
  EXPECT_EQ(id, caller_id(key, "example.com", caller_of("1.2.3.4:99").text));
  EXPECT_NE(id, caller_id(key, "example.com", "1.2.3.5"));
  EXPECT_NE(id, caller_id(key, "example.org", "1.2.3.4"));
  EXPECT_NE(id, caller_id(HashKey::random(), "example.com", "1.2.3.4"));
  EXPECT_NE(caller_id(key, "example.com", "2001:db8::1"), caller_id(key, "example.com", "2001:db8::2"));
}

}  // namespace
}  // namespace pico::enrich
