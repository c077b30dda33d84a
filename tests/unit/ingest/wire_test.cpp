#include "wire.hpp"

#include <gtest/gtest.h>

namespace pico::ingest {
namespace {

class Wire : public testing::Test {
 protected:
  WireParser parser_;
};

TEST_F(Wire, AWholeEventIsRead) {
  const auto event = parser_.json(
      R"({"n":"load","l":"https://example.com/a","r":"https://b.example/","lt":812,"fb":95,"sw":1920,"sh":1080,"pr":1.5,"pd":24,"tz":"Europe/Vienna","utm_source":"x"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->name, "load");
  EXPECT_EQ(event->url, "https://example.com/a");
  EXPECT_EQ(event->referrer, "https://b.example/");
  EXPECT_EQ(event->load_ms, 812);
  EXPECT_EQ(event->ttfb_ms, 95);
  EXPECT_EQ(event->screen_width, 1920);
  EXPECT_EQ(event->screen_height, 1080);
  EXPECT_DOUBLE_EQ(event->pixel_ratio, 1.5);
  EXPECT_EQ(event->pixel_depth, 24);
  EXPECT_EQ(event->timezone, "Europe/Vienna");
  EXPECT_EQ(event->utm_source, "x");
  EXPECT_FALSE(event->properties);
  EXPECT_TRUE(event->interactive);
}

TEST_F(Wire, TheFourBadBodiesOfTheOriginalsTestsAreRefused) {
  EXPECT_FALSE(parser_.json("{invalid json}"));
  EXPECT_FALSE(parser_.json(R"({"n":"load","l":"https://example.com","lt":"A00"})"));
  EXPECT_FALSE(parser_.json(""));
  EXPECT_FALSE(parser_.json(R"({"n":"load","l":"https://example.com","sw":412.5})"));
}

TEST_F(Wire, WrongTypesAndNumbersOutOfRangeAreRefused) {
  for (const auto* body : {R"([])", R"("x")", "1", R"({"n":1})", R"({"l":{}})", R"({"lt":2147483648})", R"({"lt":true})",
                           R"({"p":"text"})", R"({"p":[1]})", R"({"pr":"1"})", R"({"n":"load")", R"({"sw":1e400})"})
    EXPECT_FALSE(parser_.json(body)) << body;
}

TEST_F(Wire, KeysMatchInAnyCaseUnknownOnesAreIgnoredAndTheLastOfEqualOnesCounts) {
  const auto event = parser_.json(R"({"N":"hidden","x":{"n":"no"},"L":"https://a.example/","LT":3,"n":"visible","Country":"XX","VisitorID":"1"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->name, "visible");
  EXPECT_EQ(event->url, "https://a.example/");
  EXPECT_EQ(event->load_ms, 3);
}

TEST_F(Wire, NullIsAbsentAndBytesBehindTheFirstValueAreIgnored) {
  const auto event = parser_.json(R"({"n":"load","l":"https://a.example/","r":null,"lt":null,"p":null} trailing)");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->referrer, "");
  EXPECT_FALSE(event->properties);
  const auto nothing = parser_.json("null");
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->name, "");
}

TEST_F(Wire, MalformedUtf8IsReplacedAsGoDoes) {
  const auto event = parser_.json("{\"n\":\"load\",\"l\":\"https://a.example/\xff\"}");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->url, "https://a.example/\xef\xbf\xbd");
}

TEST_F(Wire, PropertiesMarkACustomEventAndInteractiveMayBeANumberOrABoolean) {
  const auto event = parser_.json(R"({"n":"signup","p":{"plan":"pro","n":1},"i":0})");
  ASSERT_TRUE(event);
  ASSERT_TRUE(event->properties);
  EXPECT_EQ(*event->properties, R"({"plan":"pro","n":1})");
  EXPECT_FALSE(event->interactive);
  EXPECT_FALSE(parser_.json(R"({"n":"x","i":false})")->interactive);
  EXPECT_TRUE(parser_.json(R"({"n":"x","i":true})")->interactive);
}

TEST_F(Wire, DeeplyNestedInputIsRefusedOrReadButNeverCrashes) {
  std::string deep = R"({"x":)";
  for (int i = 0; i < 100'000; ++i) deep += '[';
  (void)parser_.json(deep);
  EXPECT_TRUE(parser_.json(R"({"n":"load"})")) << "the parser is usable afterwards";
}

TEST_F(Wire, QueriesUseTheSameKeysAndMeanALoad) {
  const auto event = parser_.query("l=https%3A%2F%2Fexample.com%2Fa%2Bb%3Fx%3D1&r=https%3A%2F%2Fb.example&sw=800&tz=Europe%2FVienna");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->name, "load");
  EXPECT_EQ(event->url, "https://example.com/a+b?x=1");
  EXPECT_EQ(event->referrer, "https://b.example");
  EXPECT_EQ(event->screen_width, 800);
  EXPECT_FALSE(parser_.query("l=https%3A%2F%2Fexample.com&sw=wide"));
}

}  // namespace
}  // namespace pico::ingest
