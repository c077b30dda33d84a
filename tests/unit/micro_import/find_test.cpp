#include "pico/micro_import/find.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "files.hpp"
#include "support/temporary_folder.hpp"

namespace {
int reads_until_failure = 0;  // 0: they do not fail
}

/// Goes before the library's own, so that reading a folder can be made to fail.
extern "C" dirent* readdir(DIR* folder) {
  if (reads_until_failure > 0 && --reads_until_failure == 0) {
    errno = EIO;
    return nullptr;
  }
  static const auto real = reinterpret_cast<dirent* (*)(DIR*)>(dlsym(RTLD_NEXT, "readdir"));
  return real(folder);
}

namespace pico::micro_import {
namespace {

namespace fs = std::filesystem;

TEST(MicroFiles, AreFoundByWebsiteAndMonth) {
  const test::TemporaryFolder folder;
  for (const auto* place : {"b.example/2015-12", "b.example/2015-11", "a.example/2016-01", "a.example/0001-01", "a.example/backup", "a.example/2015-1x"})
    WritableFile(folder.path() / place / "analytics.db");
  fs::create_directories(folder.path() / "empty.example" / "2015-11");
  WritableFile(folder.path() / "stray.db");
  const auto found = find(folder.path());
  ASSERT_TRUE(found);
  std::string all;
  for (const auto& one : *found) {
    all += one.website + " " + one.month + "\n";
    EXPECT_EQ(one.file, folder.path() / one.website / one.month / "analytics.db");
  }
  EXPECT_EQ(all, "a.example 0001-01\na.example 2016-01\nb.example 2015-11\nb.example 2015-12\n");
}

TEST(MicroFiles, OfARootThatIsNotThereAreAnError) {
  const auto found = find("/nowhere/at/all");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::io);
  EXPECT_NE(found.error().message.find("/nowhere/at/all"), std::string::npos);
}

TEST(MicroFiles, OfAFolderThatCannotBeReadToItsEndAreAnErrorNeverFewer) {
  const test::TemporaryFolder folder;
  for (const auto* place : {"b.example/2015-12", "b.example/2015-11", "a.example/2016-01"}) WritableFile(folder.path() / place / "analytics.db");
  int failures = 0;
  for (bool ended = false; !ended; ++failures) {
    reads_until_failure = failures + 1;
    const auto found = find(folder.path());
    ended = reads_until_failure > 0;  // it was done before
    reads_until_failure = 0;
    ASSERT_EQ(found.has_value(), ended) << failures;
    if (!found) {
      EXPECT_EQ(found.error().code, Errc::io);
    } else {
      EXPECT_EQ(found->size(), 3u);
    }
  }
  EXPECT_GT(failures, 10) << "every folder has . and .., too";
}

}  // namespace
}  // namespace pico::micro_import
