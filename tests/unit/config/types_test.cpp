#include "types.hpp"

#include <gtest/gtest.h>

namespace pico::config {
namespace {

template <class T>
std::string shown(const Parsed<T>& parsed) {
  return parsed ? text_of(*parsed) : "wrong: " + parsed.error().part;
}

TEST(Sizes, AreBytesOrCarryAUnit) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {"0", 0},
      {"2048", 2048},
      {"1B", 1},
      {"16KB", 16384},
      {"16kb", 16384},
      {"16 KB", 16384},
      {"16K", 16384},
      {"16KiB", 16384},
      {"256MB", 256ull << 20},
      {"8GB", 8ull << 30},
      {"2TB", 2ull << 40},
      {"18446744073709551615", ~0ull},
  };
  for (const auto& [text, bytes] : cases) {
    const auto parsed = parse_bytes(text, 0, ~0ull);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, bytes) << text;
  }
  for (const auto* text :
       {"", "KB", "-1", "1.5GB", "1 0", "1XB", "1KBB", "0x10", "18446744073709551616", "18446744073709551615KB", "16777216TB"}) {
    EXPECT_FALSE(parse_bytes(text, 0, ~0ull)) << text;
  }
  EXPECT_FALSE(parse_bytes("1KB", 1025, 2000));
  EXPECT_FALSE(parse_bytes("2KB", 1025, 2000));
}

TEST(Sizes, AreWrittenInTheLargestUnitThatFits) {
  for (const auto* text : {"0", "1000", "1KB", "1025", "1536KB", "256MB", "8GB", "3TB"}) {
    EXPECT_EQ(shown(parse_bytes(text, 0, ~0ull)), text);
  }
}

TEST(Switches, AreWordsOrDigits) {
  for (const auto* text : {"true", "TRUE", "yes", "On", "1", "t"}) EXPECT_TRUE(parse_flag(text) && *parse_flag(text)) << text;
  for (const auto* text : {"false", "No", "off", "0", "F"}) EXPECT_TRUE(parse_flag(text) && !*parse_flag(text)) << text;
  for (const auto* text : {"", "2", "truee", "*"}) EXPECT_FALSE(parse_flag(text)) << text;
}

TEST(Numbers, AreWholeAndWithinTheirBounds) {
  EXPECT_EQ(*parse_integer("1", 1, 3), 1);
  EXPECT_EQ(*parse_integer("3", 1, 3), 3);
  for (const auto* text : {"0", "4", "", "-1", "1.0", "1e3", "1 ", "0x1", "99999999999999999999"})
    EXPECT_FALSE(parse_integer(text, 1, 3)) << text;
  EXPECT_EQ(*parse_real("2.5", 0, 10), 2.5);
  for (const auto* text : {"-0.1", "10.1", "nan", "inf", "", "1,5"}) EXPECT_FALSE(parse_real(text, 0, 10)) << text;
}

TEST(Addresses, AreAnOptionalIpAddressAndAPort) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {":8080", ":8080"},
      {"127.0.0.1:0", "127.0.0.1:0"},
      {"[::1]:80", "[::1]:80"},
      {"0.0.0.0:65535", "0.0.0.0:65535"},
      {"localhost:80", "127.0.0.1:80"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(shown(parse_address(text)), expected) << text;
  for (const auto* text : {"", "8080", ":", ":x", ":65536", ":-1", "::1:80", "::1", "[::1]", "[]:80", "[localhost]:80",
                           "example.com:80", "1.2.3.4:5:6", "[1.2.3.4:80", "1.2.3:80"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(WebUrls, AreHttpWithoutQueryAndWithoutTrailingSlash) {
  EXPECT_EQ(*parse_web_url("https://a.example/x/"), "https://a.example/x");
  EXPECT_EQ(*parse_web_url("http://a.example:8080"), "http://a.example:8080");
  EXPECT_EQ(*parse_web_url(""), "");
  for (const auto* text :
       {"a.example", "ftp://a.example", "https://", "https://a.example/?x", "https://a.example/#x", "https://a.example/\n"}) {
    EXPECT_FALSE(parse_web_url(text)) << text;
  }
}

TEST(Texts, HaveNoControlCharacters) {
  EXPECT_EQ(*parse_text("größer 'als'"), "größer 'als'");
  for (const auto* text : {"a\nb", "a\tb", "a\rb", "\x1b[0m", "\xff"}) EXPECT_FALSE(parse_text(text)) << text;
}

TEST(Lists, NameTheElementThatIsWrong) {
  EXPECT_EQ(shown(parse_networks(" 10.0.0.0/8 ,, ::1 ")), "10.0.0.0/8,::1/128");
  EXPECT_EQ(shown(parse_networks("10.0.0.0/8,x/y,::1")), "wrong: x/y");
  EXPECT_EQ(shown(parse_names("a,b\x01,c")), "wrong: b\x01");
}

TEST(Zones, AreIanaNames) {
  EXPECT_EQ((*parse_zone("Europe/Berlin")).name(), "Europe/Berlin");
  EXPECT_FALSE(parse_zone("CEST"));
}

}  // namespace
}  // namespace pico::config
