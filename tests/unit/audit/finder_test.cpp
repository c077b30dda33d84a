#include "finder.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace pico::audit {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

Hits found(std::string_view text, const Options& options = {}, Rule rule = Rule::everything) {
  Hits hits;
  Finder(options).search(text, rule, hits);
  return hits;
}

TEST(Finder, KnowsAddressesInTexts) {
  for (const char* text : {"203.0.113.7", "from 203.0.113.7:8080 to", "\"203.0.113.7\"", "ip=203.0.113.7,", "::ffff:203.0.113.7", "to 203.0.113.7.", "(10.1.2.3)"})
    EXPECT_THAT(found(text), UnorderedElementsAre(Pair("an IPv4 address", 1))) << text;
  for (const char* text : {"2001:db8::7", "[2001:db8:0:1:2:3:4:5]:443", "client 2a02:1234::1 asked", "fe80::1:2%eth0", "fd12:3456::1, x", "at 2001:db8::7: refused"})
    EXPECT_THAT(found(text), UnorderedElementsAre(Pair("an IPv6 address", 1))) << text;
}

TEST(Finder, TakesNoOtherNumbersForAddresses) {
  for (const char* text : {"128.0.6613.120", "1.2.3", "1.2.3.4.5", "v1.2.3.4", "01.2.3.4", "256.1.1.1", "1.2.3.4b", "127.0.0.1",
                           "0.0.0.0:8080", "239.1.2.3", "12:34:56", "2026-11-25T20:08:06", "'x'::date", "std::string", "::1", "2034::201", "abc::def", "00:1a:2b:3c:4d:5e",
                           "2026:11:25"})
    EXPECT_THAT(found(text), IsEmpty()) << text;
}

TEST(Finder, KnowsUserAgents) {
  EXPECT_THAT(found("Mozilla/5.0 (X11; Linux x86_64)"), UnorderedElementsAre(Pair("a User-Agent", 1)));
  EXPECT_THAT(found("x curl/8.5.0"), UnorderedElementsAre(Pair("a User-Agent", 1)));
  EXPECT_THAT(found("(KHTML, like Gecko)"), UnorderedElementsAre(Pair("a User-Agent", 1)));
  for (const char* text : {"/docs/curl/8", "Mozilla", "mozilla/5.0", "/download/1.0", "Chrome 129.0", "libcurl/7"}) EXPECT_THAT(found(text), IsEmpty()) << text;
}

TEST(Finder, FindsAGivenAddressInTheFormsOfPrograms) {
  const Options v4{.addresses = {IpAddress::v4({203, 0, 113, 77})}};
  const std::string bytes("\xcb\x00\x71\x4d", 4);
  for (const auto& form : {std::string("\xff\xff", 2) + bytes, std::string("\x02\x20", 2) + bytes, std::string("\x02\x20\x00\x04", 4) + bytes,
                           bytes + std::string(8, '\0'), std::string("cb00714d"), std::string("\\xCB00714D")})
    EXPECT_THAT(found("ab" + form + "cd", v4), UnorderedElementsAre(Pair("a given address as bytes", 1))) << form;
  EXPECT_THAT(found("ab" + bytes + "cd", v4), IsEmpty()) << "four bytes come by chance";
  const Options v6{.addresses = {*IpAddress::parse("2001:db8::7")}};
  EXPECT_THAT(found(std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16), v6), UnorderedElementsAre(Pair("a given address as bytes", 1)));
}

TEST(Finder, FindsAGivenUserAgentThatNoRuleKnows) {
  EXPECT_THAT(found("a MyAgent b", {.user_agents = {"MyAgent"}}), UnorderedElementsAre(Pair("a given User-Agent", 1)));
}

TEST(Finder, LetsPassWhatIsAllowedAndVersionsInTheirColumns) {
  EXPECT_THAT(found("10.0.19.45 10.0.19.46", {.allowed = {IpAddress::v4({10, 0, 19, 45})}}), UnorderedElementsAre(Pair("an IPv4 address", 1)));
  const auto allowed = IpAddress::parse("2001:db8::7").value();
  EXPECT_THAT(found("2001:DB8::7 2001:db8:0:0::0007 2001:db8::8", {.allowed = {allowed}}), UnorderedElementsAre(Pair("an IPv6 address", 1)));
  EXPECT_THAT(found("10.0.19.45", {}, Rule::no_ipv4), IsEmpty());
  EXPECT_THAT(found("2001:db8::7", {}, Rule::no_ipv4), UnorderedElementsAre(Pair("an IPv6 address", 1)));
}

TEST(Files, AreSearchedOverTheBordersOfTheirPiecesOnce) {
  const test::TemporaryFolder folder;
  for (std::size_t before : {(4u << 20) - 1024 - 5, (4u << 20) - 5, (4u << 20) - 1024, 0u, 9u << 20}) {
    const auto path = folder.path() / std::to_string(before);
    std::ofstream(path) << std::string(before, ' ') << "203.0.113.7" << std::string(3000, ' ');
    Report report;
    search_files(path, {}, {}, report);
    EXPECT_THAT(report.found, UnorderedElementsAre(Pair(path.string(), UnorderedElementsAre(Pair("an IPv4 address", 1))))) << before;
    EXPECT_EQ(report.bytes, before + 11 + 3000);
  }
}

TEST(Files, OfAFolderAreSearchedButThoseToBeLeftOut) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "a" / "b");
  std::filesystem::create_directories(folder.path() / "out");
  std::ofstream(folder.path() / "a" / "b" / "log") << "203.0.113.7";
  std::ofstream(folder.path() / "out" / "log") << "203.0.113.7";
  Report report;
  search_files(folder.path(), {folder.path() / "out"}, {}, report);
  EXPECT_EQ(report.found.size(), 1u);
  EXPECT_EQ(report.files, 1u);
  EXPECT_THAT(report.not_seen, IsEmpty());
}

TEST(Files, ThatAreNotThereAreReported) {
  Report report;
  search_files("/nonexistent/log", {}, {}, report);
  EXPECT_EQ(report.not_seen.size(), 1u);
}

}  // namespace
}  // namespace pico::audit
