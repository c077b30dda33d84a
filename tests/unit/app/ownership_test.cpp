#include "ownership.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace pico::app {
namespace {

namespace fs = std::filesystem;

constexpr uid_t stranger = 12345;

struct OwnershipTest : testing::Test {
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give something away";
    fs::create_directories(tree / "sub");
    fs::create_directory(outside);
    for (const auto& path : {tree / "file", tree / "sub" / "file", outside / "file"}) std::ofstream(path) << "x";
  }
  static uid_t owner(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status.st_uid;
  }

  /// Whatever is there at the moment.
  static void take_back(const fs::path& path) { EXPECT_TRUE(lchown(path.c_str(), 0, 0) == 0 || errno == ENOENT) << path; }

  const test::TemporaryFolder folder;
  const fs::path tree = folder.path() / "tree", outside = folder.path() / "outside";
};

TEST_F(OwnershipTest, GivesTheWholeTreeAndNothingElse) {
  fs::create_directory_symlink(outside, tree / "link");
  fs::create_hard_link(outside / "file", tree / "second-name");
  ASSERT_TRUE(give_tree(tree, stranger, stranger));
  for (const auto& path : {tree, tree / "file", tree / "sub", tree / "sub" / "file", tree / "link"}) EXPECT_EQ(owner(path), stranger) << path;
  for (const auto& path : {outside, outside / "file"}) EXPECT_EQ(owner(path), 0u) << path;
}

TEST_F(OwnershipTest, IsNotLedAstrayByLinksThatTakeADirectorysPlaceMeanwhile) {
  fs::create_directory_symlink(outside, tree / "link");
  std::jthread swapping([&](const std::stop_token& stop) {
    while (!stop.stop_requested())
      syscall(SYS_renameat2, AT_FDCWD, (tree / "sub").c_str(), AT_FDCWD, (tree / "link").c_str(), RENAME_EXCHANGE);
  });
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(give_tree(tree, stranger, stranger));
    ASSERT_EQ(owner(outside / "file"), 0u) << "after " << i << " times";
    for (const auto* name : {"sub/file", "link/file"}) take_back(tree / name);
  }
}

TEST_F(OwnershipTest, FollowsALinkToTheTreeOnlyIfItIsRoots) {
  const auto link = folder.path() / "data";
  fs::create_directory_symlink(tree, link);
  ASSERT_EQ(lchown(link.c_str(), stranger, stranger), 0);
  EXPECT_FALSE(give_tree(link, stranger, stranger));
  EXPECT_EQ(owner(tree), 0u);
  ASSERT_EQ(lchown(link.c_str(), 0, 0), 0);
  EXPECT_TRUE(give_tree(link, stranger, stranger));
  EXPECT_EQ(owner(tree), stranger);
  EXPECT_EQ(owner(tree / "file"), stranger);
}

}  // namespace
}  // namespace pico::app
