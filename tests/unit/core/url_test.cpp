#include "pico/core/url.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace pico {
namespace {

std::string parts(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return "refused";
  std::string out;
  for (const auto part : {url->scheme, url->host, url->port, url->path, url->query, url->fragment})
    out += std::string(part) + "|";
  return out;
}

TEST(ParseUrl, SplitsAnAbsoluteUrlIntoItsParts) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"https://example.com/a/b?x=1&y=2#top", "https|example.com||/a/b|x=1&y=2|top|"},
      {"HTTP://Example.COM:8080", "HTTP|Example.COM|8080||||"},
      {"  https://example.com/ \n", "https|example.com||/|||"},
      {"https://example.com?q", "https|example.com|||q||"},
      {"https://example.com#f?no/query", "https|example.com||||f?no/query|"},
      {"https://example.com/a?b?c#d#e", "https|example.com||/a|b?c|d#e|"},
      {"https://user:pa%40ss@example.com:1/x", "https|example.com|1|/x|||"},
      {"https://[2001:db8::1]:443/x", "https|[2001:db8::1]|443|/x|||"},
      {"https://[::1]", "https|[::1]|||||"},
      {"http://localhost:/x", "http|localhost||/x|||"},
      {"android-app://com.google.android.gm/", "android-app|com.google.android.gm||/|||"},
      {"https://münchen.example/ä", "https|münchen.example||/ä|||"},
      {"https://example.com/a|b^[c]{d}?e|f={g}", "https|example.com||/a|b^[c]{d}|e|f={g}||"},
      {"https://example.com/redirect?to=https://other.example/", "https|example.com||/redirect|to=https://other.example/||"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parts(text), expected) << text;
}

TEST(ParseUrl, RefusesWhatIsNoAbsoluteUrl) {
  for (const std::string_view text : {"", " ", "/path", "//example.com/", "example.com", "example.com/x?u=https://a.example/",
                                      "data:text/html,<p>", "javascript:alert(1)", "about:blank", "blob:https://example.com/1",
                                      "file:///etc/passwd", "http://", "http:///x", "http://?q", "http:/example.com",
                                      "://example.com", "1http://example.com", "ht tp://example.com", "mailto:a@example.com"}) {
    EXPECT_EQ(parts(text), "refused") << text;
  }
}

TEST(ParseUrl, RefusesHostsAndPortsThatNoBrowserAllows) {
  for (const std::string_view text :
       {"http://exa mple.com/", "http://exa\nmple.com/", "http://a<b>/", "http://a|b/", "http://a%2eb/", "http://a\"b/",
        "http://example.com:65536/", "http://example.com:80x/", "http://example.com:-1/", "http://example.com:123456/",
        "http://a:b:c/", "http://[::1/", "http://[]/", "http://[::1]x/", "http://[example.com]/", "http://::1/", "http://user@/",
        "http://]/"}) {
    EXPECT_EQ(parts(text), "refused") << text;
  }
  EXPECT_EQ(parts(std::string_view("http://a\0b/", 11)), "refused");
}

TEST(ParseUrl, HostileUserInfoDoesNotBecomeTheHost) {
  EXPECT_EQ(parse_url("http://good.example\\@evil.example/")->host, "good.example");
  EXPECT_EQ(parse_url("http://good.example/@evil.example")->host, "good.example");
  EXPECT_EQ(parse_url("http://good.example?@evil.example")->host, "good.example");
  EXPECT_EQ(parse_url("http://good.example#@evil.example")->host, "good.example");
  EXPECT_EQ(parse_url("http://good.example@evil.example/")->host, "evil.example");
  EXPECT_EQ(parse_url("http://a@b@evil.example/")->host, "evil.example");
}

TEST(PercentDecode, DecodesOnceAndLeavesMalformedEscapes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},           {"a%20b", "a b"}, {"%C3%a4", "ä"},  {"%2541", "%41"}, {"100%", "100%"}, {"%4", "%4"},
      {"%zz%41", "%zzA"}, {"%%41", "%A"},   {"%4%31", "%41"}, {"a+b", "a+b"},   {"%2B", "+"},     {"%-1", "%-1"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(percent_decode(text), expected) << text;
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(percent_decode("a+b%2Bc", true), "a b+c");
}

TEST(Query, GivesTheFirstValueOfAName) {
  EXPECT_EQ(query_value("a=1&b=2&a=3", "a"), "1");
  EXPECT_EQ(query_value("a=1&b=x=y", "b"), "x=y");
  EXPECT_EQ(query_value("a&b=", "a"), "");
  EXPECT_EQ(query_value("a&b=", "b"), "");
  EXPECT_EQ(query_value("aa=1&A=2", "a"), std::nullopt);
  EXPECT_EQ(query_value("", "a"), std::nullopt);
  EXPECT_EQ(query_value("utm%5Fsource=x%20y", "utm_source"), "x%20y") << "the value stays encoded";
  EXPECT_EQ(query_value("a=b%26c=d", "c"), std::nullopt) << "an encoded separator separates nothing";
}

TEST(Query, VisitsEveryPairInOrder) {
  std::vector<std::string> seen;
  for_each_query_pair("&a=1&&b&=c&d==e&", [&](std::string_view name, std::string_view value) {
    seen.push_back(std::string(name) + ":" + std::string(value));
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"a:1", "b:", ":c", "d:=e"}));
}

TEST(NormaliseHost, LowersCaseAndDropsOneWwwAndTheRootDot) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"WWW.Example.COM", "example.com"},
      {"www.www.example.com", "www.example.com"},
      {"example.com.", "example.com"},
      {"wwwexample.com", "wwwexample.com"},
      {"blog.www.example.com", "blog.www.example.com"},
      {"", ""},
      {"www.", "www"},
      {"[::1]", "[::1]"},
  };
  for (const auto& [host, expected] : cases) EXPECT_EQ(normalise_host(host), expected) << host;
}

TEST(IsHost, TakesWhatBrowsersPrintAndNothingElse) {
  for (const auto* host : {"example.com", "a-b_c.example", "localhost", "192.0.2.1", "[2001:db8::1]", "b\u00fccher.example"}) EXPECT_TRUE(is_host(host)) << host;
  for (const auto* text : {"", "no host", "a/b", "user@host", "a?b", "a#b", "a%20b"}) EXPECT_FALSE(is_host(text)) << text;
  EXPECT_TRUE(is_host(std::string(253, 'a')));
  EXPECT_FALSE(is_host(std::string(254, 'a')));
}

}  // namespace
}  // namespace pico
