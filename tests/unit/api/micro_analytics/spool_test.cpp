#include "compat/micro_analytics/spool.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "support/temporary_folder.hpp"

namespace pico::api::micro_analytics {
namespace {

using testing::HasSubstr;
using writer::BulkEvent;

/// The n-th of some events, no two of which are the same. Its texts live in `texts`.
class Events {
 public:
  BulkEvent make(std::size_t n) {
    path_ = "/" + std::to_string(n) + std::string(n % 97, 'x');
    name_ = "event-" + std::to_string(n % 5);
    BulkEvent out;
    out.event.kind = event::Kind::custom;
    out.event.at = Instant(std::chrono::milliseconds(1'448'020'800'000 + n));
    out.event.visitor_id = n << 10;
    out.event.domain = "example.com";
    out.event.name = name_;
    out.event.path = path_;
    if (n % 3 != 0) out.micro = {.name = name_, .platform = "Linux", .referer_domain = "a.b:80", .country = "fr", .who = -static_cast<std::int64_t>(n), .ip = n % 7 == 0 ? "1.2.3.4" : ""};
    return out;
  }

 private:
  std::string path_, name_;
};

bool same(const BulkEvent& a, const BulkEvent& b) {
  if (!(a.event == b.event) || a.micro.has_value() != b.micro.has_value()) return false;
  if (!a.micro) return true;
  const auto fields = [](const writer::MicroFields& m) { return std::tie(m.name, m.platform, m.referer_domain, m.country, m.who, m.ip); };
  return fields(*a.micro) == fields(*b.micro);
}

std::size_t read_and_compare(Spool& spool) {
  Events events;
  std::size_t n = 0;
  spool.rewind();
  for (auto part = spool.next(); !part.empty(); part = spool.next())
    for (const auto& one : part) EXPECT_TRUE(same(one, events.make(n++)));
  return n;
}

void fill(Spool& spool, std::size_t count) {
  Events events;
  for (std::size_t n = 0; n < count; ++n) ASSERT_TRUE(spool.add(events.make(n)));
}

TEST(MicroAnalyticsSpool, GivesBackWhatWasAddedAsOftenAsOneLikes) {
  const test::TemporaryFolder folder;
  Spool spool({.directory = folder.path()});
  fill(spool, 10'000);
  EXPECT_EQ(spool.spilled(), 0);
  for (int pass = 0; pass < 3; ++pass) EXPECT_EQ(read_and_compare(spool), 10'000);
  spool.rewind();
  EXPECT_FALSE(spool.next().empty());
  EXPECT_EQ(read_and_compare(spool), 10'000) << "rewound in the middle";
}

TEST(MicroAnalyticsSpool, AnEmptyOneHasNothing) {
  Spool spool({.directory = "/nonexistent"});
  spool.rewind();
  EXPECT_TRUE(spool.next().empty());
}

TEST(MicroAnalyticsSpool, PutsManyEventsIntoAFileThatHasNoName) {
  const test::TemporaryFolder folder;
  Spool spool({.directory = folder.path(), .memory_bytes = 64 * 1024});
  fill(spool, 50'000);
  EXPECT_GT(spool.spilled(), 5u << 20);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  for (int pass = 0; pass < 2; ++pass) EXPECT_EQ(read_and_compare(spool), 50'000);
}

TEST(MicroAnalyticsSpool, ReadsBackAnEventThatIsLargerThanABlock) {
  const test::TemporaryFolder folder;
  Spool spool({.directory = folder.path(), .memory_bytes = 1024});
  const std::string large(3u << 20, 'x');
  BulkEvent event;
  event.event.path = large;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(spool.add(event));
  spool.rewind();
  std::size_t events = 0;
  for (auto part = spool.next(); !part.empty(); part = spool.next()) {
    for (const auto& one : part) EXPECT_EQ(one.event.path, large);
    events += part.size();
  }
  EXPECT_EQ(events, 3);
}

TEST(MicroAnalyticsSpool, SaysWhenTheDirectoryIsGone) {
  Spool spool({.directory = "/nonexistent", .memory_bytes = 1});
  ASSERT_TRUE(spool.add({}));
  const auto added = spool.add({});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::io);
  EXPECT_THAT(added.error().message, HasSubstr("data directory"));
}

TEST(MicroAnalyticsSpool, LeavesTheRoomOnTheDiskThatOthersNeed) {
  const test::TemporaryFolder folder;
  Spool spool({.directory = folder.path(), .memory_bytes = 1, .min_free_bytes = std::uint64_t{1} << 60});
  ASSERT_TRUE(spool.add({}));
  const auto added = spool.add({});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::unavailable);
}

/// While it lives, no file of this process grows beyond that.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(MicroAnalyticsSpool, SaysWhenTheDiskTakesNoMoreAndGoesOnWhenItDoesAgain) {
  const test::TemporaryFolder folder;
  Spool spool({.directory = folder.path(), .memory_bytes = 4096});
  Events events;
  std::size_t n = 0;
  {
    const FileSizeLimit limit(20'000);
    Result<void> added;
    while ((added = spool.add(events.make(n)))) ASSERT_LT(++n, 10'000);
    EXPECT_EQ(added.error().code, Errc::io);
    EXPECT_FALSE(spool.add(events.make(n))) << "it stays full";
  }
  for (; n < 1'000; ++n) ASSERT_TRUE(spool.add(events.make(n)));
  EXPECT_EQ(read_and_compare(spool), 1'000) << "what was written in part is written again";
}

}  // namespace
}  // namespace pico::api::micro_analytics
