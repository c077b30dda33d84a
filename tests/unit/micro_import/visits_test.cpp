#include "pico/micro_import/visits.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "files.hpp"
#include "support/temporary_folder.hpp"

namespace pico::micro_import {
namespace {

namespace fs = std::filesystem;

struct MicroVisits : testing::Test {
  fs::path path() const { return folder.path() / "a b#?%ü" / "analytics.db"; }
  /// `number time event path ip platform domain country` by lines.
  static std::string read(Visits& visits, std::int64_t after = 0, std::int64_t limit = 100) {
    std::string out;
    const auto last = visits.read(after, limit, [&](const Visit& v) {
      out += std::to_string(v.number) + " " + (v.time ? std::to_string(*v.time) : "none");
      for (const auto text : {v.event, v.path, v.ip, v.platform, v.referer_domain, v.country}) out += " [" + std::string(text) + "]";
      out += "\n";
    });
    return last ? out : "error: " + last.error().message;
  }
  test::TemporaryFolder folder;
};

TEST_F(MicroVisits, AreReadInOrderBehindANumber) {
  WritableFile file(path());
  file.add("1448020800, 'visit', '/a', '203.0.113.1', 'Linux', 't.co', 'de'");
  file.add("1448020801, 'x', '/b', '', '', '', ''");
  file.add("1448020802, 'y', '/c', '', '', '', ''");
  auto visits = Visits::open(path());
  ASSERT_TRUE(visits) << visits.error().message;
  EXPECT_EQ(read(*visits), "1 1448020800 [visit] [/a] [203.0.113.1] [Linux] [t.co] [de]\n2 1448020801 [x] [/b] [] [] [] []\n3 1448020802 [y] [/c] [] [] [] []\n");
  EXPECT_EQ(read(*visits, 1, 1), "2 1448020801 [x] [/b] [] [] [] []\n");
  EXPECT_EQ(*visits->read(1, 1, [](const Visit&) {}), 2);
  EXPECT_EQ(*visits->read(3, 1, [](const Visit&) {}), 3);
  EXPECT_EQ(*visits->count(), 3);
  EXPECT_EQ(*visits->count(2), 2);
}

TEST_F(MicroVisits, MayHaveNullsAndTimesThatAreNone) {
  WritableFile file(path());
  file.add("null, null, null, null, null, null, null");
  file.add("'yesterday', '', '', '', '', '', ''");
  file.add("1.5, '', '', '', '', '', ''");
  file.add("-62135596800, '', '', '', '', '', ''");
  auto visits = Visits::open(path());
  ASSERT_TRUE(visits);
  EXPECT_EQ(read(*visits), "1 none [] [] [] [] [] []\n2 none [] [] [] [] [] []\n3 none [] [] [] [] [] []\n4 -62135596800 [] [] [] [] [] []\n");
}

TEST_F(MicroVisits, AreReadBesideAServerThatWritesAWriteAheadLog) {
  WritableFile server(path());
  server.run("pragma journal_mode = wal");
  server.run("pragma wal_autocheckpoint = 0");
  server.add("1, 'in the log', '', '', '', '', ''");
  ASSERT_TRUE(fs::exists(path().string() + "-wal"));
  auto visits = Visits::open(path());
  ASSERT_TRUE(visits);
  EXPECT_EQ(read(*visits), "1 1 [in the log] [] [] [] [] []\n");
  server.add("2, 'later', '', '', '', '', ''");
  EXPECT_EQ(read(*visits, 1), "2 2 [later] [] [] [] [] []\n");
}

TEST_F(MicroVisits, AreReadWhereNothingCanBeWritten) {
  {
    WritableFile server(path());
    server.run("pragma journal_mode = wal");
    server.add("1, 'closed', '', '', '', '', ''");
  }
  ASSERT_FALSE(fs::exists(path().string() + "-wal")) << "a clean end leaves none";
  constexpr auto read_only = static_cast<fs::perms>(0555);
  fs::permissions(path().parent_path(), read_only);
  fs::permissions(path(), read_only);
  fs::permissions(folder.path(), static_cast<fs::perms>(0755));
  const bool root = geteuid() == 0;
  if (root) {
    ASSERT_EQ(seteuid(65534), 0);  // root may write anywhere
  }
  auto visits = Visits::open(path());
  const auto seen = visits ? read(*visits) : visits.error().message;
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_EQ(seen, "1 1 [closed] [] [] [] [] []\n");
  fs::permissions(path().parent_path(), fs::perms::owner_all);
}

TEST_F(MicroVisits, AreLeftAsTheyAre) {
  { WritableFile(path()).add("1, '', '', '', '', '', ''"); }
  const auto bytes = [&] {
    std::ifstream in(path(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const auto before = bytes();
  {
    auto visits = Visits::open(path());
    ASSERT_TRUE(visits);
    read(*visits);
  }
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(path().parent_path()), fs::directory_iterator()), 1) << "nothing is left beside it";
}

TEST_F(MicroVisits, OfAFileThatIsNoDatabaseAreAnError) {
  fs::create_directories(path().parent_path());
  std::ofstream(path()) << "this is a text, and long enough to be looked at by whoever wants to read the head of a database from it, which needs a hundred bytes";
  const auto visits = Visits::open(path());
  ASSERT_FALSE(visits);
  EXPECT_EQ(visits.error().code, Errc::io);
  EXPECT_NE(visits.error().message.find("analytics.db cannot be read: file is not a database"), std::string::npos);
  EXPECT_FALSE(Visits::open(folder.path() / "absent.db"));
  EXPECT_FALSE(fs::exists(folder.path() / "absent.db"));
}

TEST_F(MicroVisits, OfADatabaseWithoutThatTableAreAnError) {
  { WritableFile(path()).run("drop table visits"); }
  auto visits = Visits::open(path());
  ASSERT_TRUE(visits);
  EXPECT_NE(visits->count().error().message.find("no such table"), std::string::npos);
  EXPECT_NE(read(*visits).find("no such table"), std::string::npos);
}

}  // namespace
}  // namespace pico::micro_import
