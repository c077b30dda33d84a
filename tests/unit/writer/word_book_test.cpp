#include "word_book.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pico::writer {
namespace {

Day day(unsigned month, unsigned day) {
  return std::chrono::year{2026} / month / day;
}

struct WordBookTest : testing::Test {
  HashKey key = [] {
    HashKey out;
    out.bytes.fill(7);
    return out;
  }();
  WordBook book{key, 100};
};

TEST_F(WordBookTest, GivesTheSameIdToTheSameContentInEveryBook) {
  WordBook other(key, 100);
  EXPECT_EQ(book.page(1, day(11, 1), "h", "/a"), other.page(2, day(12, 9), "h", "/a"));
  EXPECT_NE(book.page(1, day(11, 1), "h", "/a"), book.page(1, day(11, 1), "h/", "a"));
  HashKey another;
  EXPECT_NE(WordBook(another, 1).page(1, day(11, 1), "h", "/a"), book.page(1, day(11, 1), "h", "/a"));
}

TEST_F(WordBookTest, LetsEveryFieldCount) {
  std::set<storage::WordId> ids;
  std::size_t words = 0;
  const auto add = [&](storage::WordId id) { ids.insert(id), ++words; };
  using A = event::Acquisition;
  for (auto field :
       {&A::referrer, &A::channel, &A::source, &A::medium, &A::campaign, &A::content, &A::term, &A::utm_source, &A::click_id}) {
    A content;
    content.*field = "x";
    add(book.acquisition(1, day(11, 1), content));
  }
  using D = event::Device;
  for (auto field : {&D::browser, &D::browser_version, &D::os, &D::os_version, &D::platform, &D::device_type}) {
    D content;
    content.*field = "x";
    add(book.device(content));
  }
  add(book.location({.country = "x", .subdivision = {}, .city = {}}));
  add(book.location({.country = {}, .subdivision = "x", .city = {}}));
  add(book.location({.country = {}, .subdivision = {}, .city = "x"}));
  add(book.location({.country = {}, .subdivision = {}, .city = {}, .latitude = 1}));
  add(book.location({.country = {}, .subdivision = {}, .city = {}, .latitude = 0, .longitude = 1}));
  for (int i = 0; i < 6; ++i) {
    event::Screen content;
    if (i < 3) (i == 0 ? content.width : i == 1 ? content.height : content.pixel_depth) = 5;
    if (i == 3) content.pixel_ratio = 5;
    if (i > 3) (i == 4 ? content.timezone : content.language) = "x";
    add(book.screen(content));
  }
  add(book.label("x", "", "")), add(book.label("", "x", "")), add(book.label("", "", "x"));
  EXPECT_EQ(ids.size(), words);
}

TEST_F(WordBookTest, NotesAWordOnceUntilItIsCommittedAndThenNoMore) {
  for (int i = 0; i < 2; ++i) book.page(1, day(11, 1), "h", "/a"), book.name("signup");
  EXPECT_EQ(book.missing().pages.size(), 1u);
  EXPECT_EQ(book.missing().names.size(), 1u);
  book.committed();
  EXPECT_TRUE(book.missing().pages.empty());
  book.page(1, day(11, 30), "h", "/a");
  book.name("signup");
  EXPECT_TRUE(book.missing().pages.empty());
  EXPECT_TRUE(book.missing().names.empty());
}

TEST_F(WordBookTest, NotesAWordAgainWhenNothingWasWritten) {
  book.page(1, day(11, 1), "h", "/a");
  book.rolled_back();
  EXPECT_TRUE(book.missing().pages.empty());
  book.page(1, day(11, 1), "h", "/a");
  EXPECT_EQ(book.missing().pages.size(), 1u);
}

TEST_F(WordBookTest, NotesASitesWordInEveryLaterMonthAndForEverySite) {
  book.page(1, day(11, 1), "h", "/a");
  book.committed();
  book.page(1, day(10, 31), "h", "/a");
  EXPECT_TRUE(book.missing().pages.empty()) << "a month before changes nothing";
  book.page(1, day(12, 24), "h", "/a");
  book.page(2, day(11, 1), "h", "/a");
  ASSERT_EQ(book.missing().pages.size(), 2u);
  EXPECT_EQ(book.missing().pages[0].month, day(12, 1));
}

TEST_F(WordBookTest, NotesAWordOnceThoughItIsWrittenInPieces) {
  book.name("a");
  book.written();
  book.name("a");
  EXPECT_TRUE(book.missing().names.empty());
  book.rolled_back();
  book.name("a");
  EXPECT_EQ(book.missing().names.size(), 1u) << "what was written is gone";
}

TEST_F(WordBookTest, NotesNoMoreWordsOfATransactionThanItMayRemember) {
  WordBook small(key, 2);
  for (const auto* name : {"a", "b", "c"}) small.name(name);
  small.written();
  small.name("a");
  EXPECT_EQ(small.missing().names.size(), 1u);
}

TEST_F(WordBookTest, RemembersNoMoreWordsThanItMay) {
  WordBook small(key, 1);
  small.name("a");
  small.name("b");
  small.committed();
  small.name("a");
  small.name("b");
  EXPECT_EQ(small.missing().names.size(), 1u);
}

}  // namespace
}  // namespace pico::writer
