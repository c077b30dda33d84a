#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "embedded/child_process.hpp"
#include "embedded/folders.hpp"
#include "embedded/log_file.hpp"
#include "embedded/settings.hpp"
#include "support/temporary_folder.hpp"

namespace pico::storage::embedded {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

Account stranger() {
  return {12345, 12345, {12345}, false};
}
Account ourselves() {
  return {geteuid(), getegid(), {getegid()}, false};
}

TEST(Tuning, FollowsTheMachine) {
  constexpr std::uint64_t gib = 1 << 30;
  const auto small = tuning({gib / 2, 1, 64 << 20});
  EXPECT_THAT(small, HasSubstr("shared_buffers = 64MB"));
  EXPECT_THAT(small, HasSubstr("work_mem = 8MB"));
  EXPECT_THAT(small, HasSubstr("dynamic_shared_memory_type = mmap"));
  const auto large = tuning({64 * gib, 32, 32 * gib});
  EXPECT_THAT(large, HasSubstr("shared_buffers = 1024MB"));
  EXPECT_THAT(large, HasSubstr("max_parallel_workers = 8"));
  EXPECT_THAT(large, HasSubstr("dynamic_shared_memory_type = posix"));
}

TEST(LogFile, StaysWithinItsBound) {
  const test::TemporaryFolder folder;
  const auto log = LogFile::open(folder.path() / "log", 1000);
  ASSERT_TRUE(log);
  const std::string text(600, 'a');
  ASSERT_EQ(write(log->fd(), text.data(), text.size()), 600);
  log->bound();
  EXPECT_EQ(fs::file_size(folder.path() / "log"), 600u);
  ASSERT_EQ(write(log->fd(), text.data(), text.size()), 600);
  log->bound();
  EXPECT_EQ(fs::file_size(folder.path() / "log"), 0u);
  EXPECT_EQ(fs::file_size(folder.path() / "log.1"), 1200u);
  ASSERT_EQ(write(log->fd(), text.data(), 10), 10);  // goes on at the new end
  EXPECT_EQ(fs::file_size(folder.path() / "log"), 10u);
}

TEST(Folders, KeepTheSocketPathShortEnough) {
  const auto account = stranger();
  EXPECT_EQ(socket_folder("/var/lib/picolytics/postgres", account), "/var/lib/picolytics/postgres/run");
  for (const auto& root : {"/var/" + std::string(200, 'x'), std::string("/var/with blank"), std::string("/var/with,comma")}) {
    const auto folder = socket_folder(root, account).string();
    EXPECT_LT(folder.size(), 60u);
    EXPECT_NE(folder, socket_folder(root + "y", account));
  }
}

TEST(Folders, MustBeWithinReachOfPostgresUser) {
  const test::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_all);
  const auto folders = prepare_folders(folder.path() / "data", stranger());
  ASSERT_FALSE(folders);
  EXPECT_EQ(folders.error().code, Errc::io);
  EXPECT_THAT(folders.error().message, HasSubstr("may not enter " + folder.path().string() + ";"));
}

TEST(Folders, OfAnotherUserAreRefused) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "postgres");  // ours, not the stranger's
  const auto folders = prepare_folders(folder.path(), stranger());
  ASSERT_FALSE(folders);
  EXPECT_EQ(folders.error().code, Errc::conflict);
}

TEST(Folders, ThatAreLinksAreRefused) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "elsewhere");
  fs::create_directory_symlink(folder.path() / "elsewhere", folder.path() / "postgres");
  EXPECT_FALSE(prepare_folders(folder.path(), ourselves()));
}

TEST(Folders, AreClosedToOthersAgain) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "postgres");
  fs::permissions(folder.path() / "postgres", fs::perms::all);
  ASSERT_TRUE(prepare_folders(folder.path(), ourselves()));
  EXPECT_EQ(fs::status(folder.path() / "postgres").permissions(), fs::perms::owner_all);
}

TEST(ChildProcess, TellsHowItEnded) {
  const auto failing = start_child({.program = "/bin/false", .arguments = {}}, ourselves());
  ASSERT_TRUE(failing);
  const auto status = wait_for_child(*failing, 60s);
  ASSERT_TRUE(status);
  EXPECT_EQ(describe_status(*status), "exit code 1");
  const auto absent = start_child({.program = "/nonexistent/program", .arguments = {}}, ourselves());
  EXPECT_EQ(describe_status(*wait_for_child(*absent, 60s)), "exit code 127");
}

TEST(ChildProcess, DiesWithTheThreadThatStartedIt) {
  pid_t pid = 0;
  std::thread([&] {
    pid = *start_child({.program = "/bin/sleep", .arguments = {"1000"}}, ourselves());
    const auto name = "/proc/" + std::to_string(pid) + "/comm";
    for (std::string running; running != "sleep"; std::ifstream(name) >> running) std::this_thread::yield();
  }).join();
  const auto status = wait_for_child(pid, 60s);
  ASSERT_TRUE(status);
  EXPECT_EQ(describe_status(*status), "signal 2");
}

}  // namespace
}  // namespace pico::storage::embedded
