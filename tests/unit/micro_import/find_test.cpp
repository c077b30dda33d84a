#include "pico/micro_import/find.hpp"

#include <gtest/gtest.h>

#include "files.hpp"
#include "support/temporary_folder.hpp"

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

}  // namespace
}  // namespace pico::micro_import
