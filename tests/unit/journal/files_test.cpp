#include "files.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "support.hpp"

namespace pico::journal {
namespace {

using testing::UnorderedElementsAre;

class FilesTest : public testing::Test {
 protected:
  std::filesystem::path path(const char* name) const { return directory_.path() / name; }

  TempDir directory_;
  std::shared_ptr<Files> files_ = system_files();
};

TEST_F(FilesTest, ReadsBackWhatWasWrittenAndStopsAtTheEnd) {
  const auto file = std::move(*files_->create(path("a")));
  const std::string text = "hello";
  ASSERT_TRUE(file->write(std::as_bytes(std::span(text)), 3));
  ASSERT_TRUE(file->sync());
  std::string back(10, '-');
  const auto n = (*files_->open(path("a")))->read(std::as_writable_bytes(std::span(back)), 4);
  ASSERT_TRUE(n);
  EXPECT_EQ(back.substr(0, *n), "ello");
  EXPECT_EQ(*files_->size(path("a")), 8u);
}

TEST_F(FilesTest, ErrorsNameTheFileAndTheCause) {
  const auto missing = files_->open(path("missing"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::io);
  EXPECT_EQ(missing.error().message, "Cannot open " + path("missing").string() + ": No such file or directory.");
  write_file(path("a"), "");
  EXPECT_FALSE(files_->create(path("a"))) << "create never opens what is there";
}

TEST_F(FilesTest, ALackOfDescriptorsIsNotTheFilesFault) {
  write_file(path("a"), "");
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto file = files_->open(path("a"));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::unavailable);
}

TEST_F(FilesTest, AReadThatTheSystemRefusesIsAnErrorAndNotTheEndOfTheFile) {
  const auto memory = files_->open("/proc/self/mem");  // nothing is mapped at its start
  ASSERT_TRUE(memory);
  std::vector<std::byte> bytes(16);
  const auto read = (*memory)->read(bytes, 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::io);
}

TEST_F(FilesTest, ListsPlainFilesOnlyAndRemovingTwiceIsNoError) {
  write_file(path("a"), "");
  write_file(path("b"), "");
  std::filesystem::create_directory(path("c"));
  EXPECT_THAT(*files_->list(directory_.path()), UnorderedElementsAre("a", "b"));
  ASSERT_TRUE(files_->rename(path("a"), path("d")));
  EXPECT_TRUE(files_->remove(path("b")));
  EXPECT_TRUE(files_->remove(path("b")));
  EXPECT_TRUE(files_->sync_directory(directory_.path()));
  EXPECT_THAT(*files_->list(directory_.path()), UnorderedElementsAre("d"));
}

TEST_F(FilesTest, ALockIsHeldUntilItsHandleGoes) {
  auto held = files_->lock(path("lock"));
  ASSERT_TRUE(held);
  EXPECT_EQ(files_->lock(path("lock")).error().code, Errc::conflict);
  held->reset();
  EXPECT_TRUE(files_->lock(path("lock")));
}

}  // namespace
}  // namespace pico::journal
