#include "referrer.hpp"

#include <gtest/gtest.h>

namespace pico::enrich {
namespace {

Referrer read(std::string_view referrer, std::string_view page_host = "example.com") {
  Referrer out{"left", "over"};
  read_referrer(referrer, page_host, "example.com", out);
  return out;
}

TEST(Referrer, IsStoredAsHostAndPath) {
  EXPECT_EQ(read("https://www.indiehackers.com/page?query=param#hash").page, "indiehackers.com/page");
  EXPECT_EQ(read("https://facebook.com/page/").page, "facebook.com/page");
  EXPECT_EQ(read("HTTPS://WWW.Google.com/").page, "google.com");
  EXPECT_EQ(read("http://user:secret@host.example:8080/a").page, "host.example/a");
  EXPECT_EQ(read("https://www.indiehackers.com/page").host, "indiehackers.com");
}

TEST(Referrer, AnAppKeepsItsScheme) {
  EXPECT_EQ(read("android-app://com.reddit.frontpage").host, "android-app://com.reddit.frontpage");
  EXPECT_EQ(read("android-app://com.reddit.frontpage/").page, "android-app://com.reddit.frontpage");
}

TEST(Referrer, TheSiteItselfIsNone) {
  EXPECT_EQ(read("https://example.com/a").host, "");
  EXPECT_EQ(read("https://www.example.com/a").host, "");
  EXPECT_EQ(read("https://EXAMPLE.com/a", "www.example.com").page, "");
}

TEST(Referrer, AnotherSubDomainOfTheSiteIsExternal) {
  EXPECT_EQ(read("https://blog.example.com/a").host, "blog.example.com");
}

TEST(Referrer, WhatIsNoWebAddressIsNone) {
  for (const auto* text : {"", "about:blank", "localhost", "http://localhost/a", "http://localhost:3000", "data:text/html,x",
                           "ftp://example.net/", "/relative", "http://", "https:///path", "javascript:alert(1)", "not a url"}) {
    EXPECT_EQ(read(text).host, "") << text;
    EXPECT_EQ(read(text).page, "") << text;
  }
}

TEST(Referrer, ALongOneIsCutAtACharacter) {
  std::string long_path = "https://a.example/";
  while (long_path.size() < 1500) long_path += "é";
  const auto page = read(long_path).page;
  EXPECT_LE(page.size(), 1024U);
  EXPECT_GE(page.size(), 1023U);
  EXPECT_TRUE(page.ends_with("é"));
}

}  // namespace
}  // namespace pico::enrich
