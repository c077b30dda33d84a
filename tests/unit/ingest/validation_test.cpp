#include "validation.hpp"

#include <gtest/gtest.h>

namespace pico::ingest {
namespace {

class ValidationTest : public testing::Test {
 protected:
  ValidationTest() {
    options_.valid_event_names = {"load", "visible", "hidden", "hashchange", "ping", "popstate", "pushstate"};
    wire_.name = "load";
    wire_.url = "https://www.Example.com:8443/a%20b/?utm_source=x#top";
  }
  std::variant<event::Raw, Drop> validate() const { return Validation(options_).validate(wire_, submission_); }
  event::Raw taken() const {
    const auto result = validate();
    EXPECT_TRUE(std::holds_alternative<event::Raw>(result)) << to_string(*std::get_if<Drop>(&result));
    return std::get<event::Raw>(result);
  }
  Drop dropped() const {
    const auto result = validate();
    EXPECT_TRUE(std::holds_alternative<Drop>(result));
    return std::get<Drop>(result);
  }
  Options options_;
  WireEvent wire_;
  Submission submission_;
};

TEST_F(ValidationTest, TheDomainIsTheHostWithoutPortAndWwwInLowerCase) {
  const auto raw = taken();
  EXPECT_EQ(raw.domain, "example.com");
  EXPECT_EQ(raw.hostname, "www.example.com");
  EXPECT_EQ(raw.path, "/a b/");
  EXPECT_EQ(raw.query, "utm_source=x");
}

TEST_F(ValidationTest, PagesWithoutAHostOrOfAnotherSchemeAreDropped) {
  for (const auto* url : {"", "/relative", "about:blank", "data:text/html,x", "file:///etc/passwd", "https://", "https:///x",
                          "javascript:alert(1)", "https://exa mple.com/", "https://a<b>.com/", "ftp://example.com/"}) {
    wire_.url = url;
    EXPECT_EQ(dropped(), Drop::url) << url;
  }
}

TEST_F(ValidationTest, NamesOutsideTheListNeedPropertiesToBeCustomEvents) {
  wire_.name = "signup";
  EXPECT_EQ(dropped(), Drop::event_name);
  wire_.properties = "{}";
  EXPECT_EQ(taken().kind, event::Kind::custom);
  EXPECT_EQ(taken().name, "signup");
  options_.custom_events = false;
  EXPECT_EQ(dropped(), Drop::event_name);
  options_.valid_event_names.push_back("signup");
  EXPECT_EQ(taken().name, "signup");
}

TEST_F(ValidationTest, ABuiltInNameThatIsSwitchedOffStaysOff) {
  options_.valid_event_names = {"load"};
  wire_.name = "ping";
  wire_.properties = "{}";
  EXPECT_EQ(dropped(), Drop::event_name);
}

TEST_F(ValidationTest, TheOriginMustBeThePagesUnlessItIsNull) {
  submission_.origin = "https://evil.example";
  EXPECT_EQ(dropped(), Drop::origin);
  submission_.origin = "null";
  (void)taken();
  submission_.origin = "https://example.com";
  (void)taken();
}

TEST_F(ValidationTest, TheQueryIsCleanedToo) {  // its values are stored as they are when nothing in them is encoded
  const std::string url("https://example.com/?utm_source=a\0b\xff&x=\x01", 41);
  wire_.url = url;
  EXPECT_EQ(taken().query, "utm_source=ab\xef\xbf\xbd&x=");
}

TEST_F(ValidationTest, TextsAreCleanedAndCut) {
  std::string url = "https://example.com/%00%ff" + std::string(5000, 'x');
  const std::string referrer("https://r.example/\0x\xff", 21);
  wire_.url = url;
  wire_.referrer = referrer;
  const auto raw = taken();
  EXPECT_EQ(raw.path.find('\0'), std::string::npos);
  EXPECT_LE(raw.path.size(), 1024u);
  EXPECT_TRUE(raw.path.starts_with("/\xef\xbf\xbd" "x")) << raw.path.substr(0, 10);
  EXPECT_EQ(raw.referrer, "https://r.example/x\xef\xbf\xbd");
}

TEST_F(ValidationTest, NumbersBelowZeroAndAbsurdRatiosAreTamed) {
  wire_.load_ms = -5;
  wire_.screen_width = INT32_MIN;
  wire_.pixel_ratio = 1e300;
  EXPECT_EQ(taken().load_ms, 0);
  EXPECT_EQ(taken().screen_width, 0);
  EXPECT_EQ(taken().pixel_ratio, 100.0);
  wire_.pixel_ratio = -1;
  EXPECT_EQ(taken().pixel_ratio, 0.0);
}

TEST_F(ValidationTest, PropertiesBecomeACompactObjectOfScalars) {
  wire_.name = "signup";
  wire_.properties = R"( { "plan" : "pro\u0000x", "n": 3, "ok": true, "nested": {"a":1}, "list":[1], "none":null, " ":"blank" } )";
  EXPECT_EQ(taken().properties, R"({"n":3,"ok":true,"plan":"prox"})");
  wire_.properties = "{}";
  EXPECT_EQ(taken().properties, "");
}

TEST_F(ValidationTest, OversizedPropertiesAreDroppedWithTheirReason) {
  wire_.name = "signup";
  std::string properties = "{";
  for (int i = 0; i < 30; ++i) properties += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":\"" + std::string(200, 'x') + "\"";
  properties += "}";
  wire_.properties = properties;
  EXPECT_EQ(dropped(), Drop::properties);
}

TEST_F(ValidationTest, OptedOutHitsKeepNothingButTheSite) {
  submission_.user_agent = "Mozilla/5.0";
  submission_.client = IpAddress::v4({8, 8, 8, 8});
  for (const auto& [dnt, gpc] : {std::pair{"1", ""}, {"yes", ""}, {"", "1"}}) {
    submission_.do_not_track = dnt;
    submission_.privacy_control = gpc;
    const auto raw = taken();
    EXPECT_EQ(raw.kind, event::Kind::opted_out);
    EXPECT_EQ(raw.domain, "example.com");
    EXPECT_EQ(raw.user_agent, "");
    EXPECT_EQ(raw.client_ip, IpAddress());
    EXPECT_EQ(raw.path, "");
  }
}

TEST_F(ValidationTest, DoNotTrackOfZeroOrUnspecifiedIsNoOptOut) {
  for (const auto* value : {"0", "unspecified", "null", ""}) {
    submission_.do_not_track = value;
    EXPECT_EQ(taken().kind, event::Kind::load) << value;
  }
  options_.respect_do_not_track = false;
  submission_.do_not_track = "1";
  EXPECT_EQ(taken().kind, event::Kind::load);
}

TEST_F(ValidationTest, TheLanguageIsTheFirstTag) {
  submission_.accept_language = "de-AT,de;q=0.9,en;q=0.8";
  EXPECT_EQ(taken().language, "de-AT");
  submission_.accept_language = "*";
  EXPECT_EQ(taken().language, "");
}

}  // namespace
}  // namespace pico::ingest
