#include "pico/http/router.hpp"

#include <gtest/gtest.h>

namespace pico::http {
namespace {

class RouterTest : public testing::Test {
 protected:
  void add(Method method, const std::string& path) { router_.add(method, path, [](Exchange&) {}); }
  std::string matched(Method method, std::string_view path) {
    const auto match = router_.match(method, path);
    return match.route != nullptr ? match.route->path : "allowed: " + match.allowed;
  }
  metrics::Registry registry_;
  Router router_{registry_, "test"};
};

TEST_F(RouterTest, AnExactPathBeatsAPrefixAndALongerPrefixAShorterOne) {
  add(Method::get, "/*");
  add(Method::get, "/demo/*");
  add(Method::get, "/demo/events");
  EXPECT_EQ(matched(Method::get, "/demo/events"), "/demo/events");
  EXPECT_EQ(matched(Method::get, "/demo/x"), "/demo/*");
  EXPECT_EQ(matched(Method::get, "/x"), "/*");
}

TEST_F(RouterTest, AWrongMethodOnAKnownPathNamesTheRightOnes) {
  add(Method::get, "/*");
  add(Method::post, "/p");
  EXPECT_EQ(matched(Method::get, "/p"), "allowed: POST");
  EXPECT_EQ(matched(Method::del, "/p"), "allowed: POST");
  EXPECT_EQ(matched(Method::post, "/x"), "allowed: GET, HEAD");
}

TEST_F(RouterTest, HeadIsServedByGet) {
  add(Method::get, "/healthz");
  EXPECT_EQ(matched(Method::head, "/healthz"), "/healthz");
}

TEST_F(RouterTest, AnUnknownPathMatchesNothing) {
  add(Method::post, "/p");
  EXPECT_EQ(matched(Method::get, "/nothing"), "allowed: ");
}

TEST_F(RouterTest, ASegmentInBracesTakesAnyOneSegment) {
  add(Method::get, "/*");
  add(Method::get, "/{website}");
  add(Method::get, "/{website}/{property}");
  add(Method::get, "/{website}/count");
  add(Method::post, "/{website}");
  add(Method::post, "/bulk");
  add(Method::post, "/{website}/bulk");
  EXPECT_EQ(matched(Method::get, "/a"), "/{website}");
  EXPECT_EQ(matched(Method::get, "/a/count"), "/{website}/count");
  EXPECT_EQ(matched(Method::get, "/a/other"), "/{website}/{property}");
  EXPECT_EQ(matched(Method::post, "/a%2fb"), "/{website}");
  EXPECT_EQ(matched(Method::post, "/bulk"), "/bulk");
  EXPECT_EQ(matched(Method::get, "/bulk"), "/{website}") << "what an exact path does not serve, braces may";
  EXPECT_EQ(matched(Method::post, "/a/bulk"), "/{website}/bulk");
  EXPECT_EQ(matched(Method::post, "/bulk/bulk"), "/{website}/bulk");
  EXPECT_EQ(matched(Method::put, "/a"), "allowed: GET, HEAD, POST");
  EXPECT_EQ(matched(Method::post, "/a/count"), "allowed: GET, HEAD");
  for (const auto* path : {"/", "/a/", "//bulk", "/a/b/c"}) EXPECT_EQ(matched(Method::get, path), "/*") << path;
}

TEST(PathSegment, IsCountedFromZeroAndGivenAsSent) {
  EXPECT_EQ(path_segment("/a%2fb/c", 0), "a%2fb");
  EXPECT_EQ(path_segment("/a%2fb/c", 1), "c");
  EXPECT_EQ(path_segment("/a/", 1), "");
  EXPECT_EQ(path_segment("/a", 1), "");
  EXPECT_EQ(path_segment("", 0), "");
}

TEST_F(RouterTest, AnswersAreCountedByRouteAndStatus) {
  add(Method::post, "/p");
  router_.count(0, 202);
  router_.count(0, 202);
  router_.count(Router::unmatched, 404);
  const auto text = registry_.expose();
  EXPECT_NE(text.find(R"(picolytics_http_requests_total{listener="test",route="/p",status="202"} 2)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(route="none",status="404"} 1)"), std::string::npos) << text;
}

}  // namespace
}  // namespace pico::http
