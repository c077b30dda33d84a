#include "pico/core/text.hpp"

#include <gtest/gtest.h>

namespace pico {
namespace {

using namespace std::string_view_literals;

constexpr auto fffd = "\xEF\xBF\xBD"sv;

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(CleanText, LeavesGoodTextAsItIs) {
  for (const auto text : {""sv, "plain"sv, "tab\tand\nnewline"sv, "grüße"sv, "日本語"sv, "\xF0\x9F\x98\x80"sv,
                          "\xF4\x8F\xBF\xBF"sv, "\xEF\xBF\xBF"sv}) {
    EXPECT_EQ(clean_text(text, 100), text);
    EXPECT_TRUE(is_clean_text(text, 100));
  }
}

TEST(CleanText, MalformedUtf8BecomesReplacementCharacters) {
  const std::pair<std::string_view, int> cases[] = {
      {"\x80", 1},              // a continuation without a lead
      {"\xC0\xAF", 2},          // overlong slash
      {"\xC1\xBF", 2},          // overlong
      {"\xE0\x80\xAF", 3},      // overlong slash in three bytes
      {"\xF0\x80\x80\xAF", 4},  // overlong slash in four bytes
      {"\xED\xA0\x80", 3},      // a high surrogate
      {"\xED\xBF\xBF", 3},      // a low surrogate
      {"\xF4\x90\x80\x80", 4},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 4},  // a lead that never occurs
      {"\xFE\xFF", 2},          // bytes that never occur
      {"\xE2\x82", 1},          // cut short: one character is missing, not two
      {"\xF0\x9F\x98", 1},      // cut short
      {"\xE2\x28", 1},          // broken by the next character
  };
  for (const auto& [text, replacements] : cases) {
    const auto tail = text.ends_with('\x28') ? "("sv : ""sv;
    EXPECT_EQ(clean_text(text, 100), repeat(fffd, replacements) + std::string(tail));
    EXPECT_FALSE(is_clean_text(text, 100));
  }
  EXPECT_EQ(clean_text("a\xFFz", 100), "a" + std::string(fffd) + "z");
}

TEST(CleanText, ControlCharactersAreRemoved) {
  EXPECT_EQ(clean_text("a\0b\x01\x1f\x7f\r\x1b[31mc"sv, 100), "ab[31mc");
  EXPECT_EQ(clean_text("a\xC2\x80\xC2\x9F\xC2\xA0z", 100), "a\xC2\xA0z") << "C1 goes, the no-break space stays";
  EXPECT_FALSE(is_clean_text("a\0b"sv, 100));
  EXPECT_FALSE(is_clean_text("a\xC2\x85", 100));
}

TEST(CleanText, CutsAtACharacterBorder) {
  EXPECT_EQ(clean_text("abcdef", 3), "abc");
  EXPECT_EQ(clean_text("ab\xE2\x82\xAC", 5), "ab\xE2\x82\xAC");
  EXPECT_EQ(clean_text("ab\xE2\x82\xAC", 4), "ab");
  EXPECT_EQ(clean_text("ab\xE2\x82\xACz", 4), "ab") << "nothing behind the cut moves up";
  EXPECT_EQ(clean_text("abc\xFF", 5), "abc") << "a replacement takes three bytes";
  EXPECT_EQ(clean_text("\0\0\0abc"sv, 3), "abc") << "removed characters take no room";
  EXPECT_EQ(clean_text("a", 0), "");
  EXPECT_TRUE(is_clean_text("abc", 3));
  EXPECT_FALSE(is_clean_text("abcd", 3));
}

TEST(CleanText, ItsResultIsCleanWhateverTheBytes) {
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    for (const std::size_t limit : {0u, 7u, 40u, 200u}) {
      const auto cleaned = clean_text(text, limit);
      ASSERT_LE(cleaned.size(), limit);
      ASSERT_TRUE(is_clean_text(cleaned, limit));
      ASSERT_EQ(clean_text(cleaned, limit), cleaned);
    }
  }
}

TEST(Text, CaseIsFoldedForAsciiOnly) {
  EXPECT_EQ(to_lower_ascii("AbZ[@`{ÄÖ"), "abz[@`{ÄÖ");
  EXPECT_TRUE(equals_ignore_case("GoogleBot", "googlebot"));
  EXPECT_FALSE(equals_ignore_case("google", "googlebot"));
  EXPECT_FALSE(equals_ignore_case("@", "`"));
  EXPECT_TRUE(contains_ignore_case("Mozilla/5.0 (GoogleBOT)", "googlebot"));
  EXPECT_TRUE(contains_ignore_case("abc", ""));
  EXPECT_FALSE(contains_ignore_case("", "a"));
}

TEST(Text, TrimTakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace pico
