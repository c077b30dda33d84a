#include "rule_set.hpp"

#include <gtest/gtest.h>
#include <array>

#include "samples.hpp"
#include "table.hpp"
#include "user_agents.hpp"

namespace pico::enrich {
namespace {

TEST(RuleSet, TheFirstRuleThatMatchesWins) {
  RuleSet rules;
  rules.add("Chrome/(\\d+)");
  rules.add("Edge/(\\d+)\\.(\\d+)");
  rules.add("Chrome/(\\d+).*Edge");
  rules.compile();
  std::array<re2::StringPiece, 3> groups;
  EXPECT_EQ(rules.first_match("Edge/12.5 Chrome/42", groups), 0);
  EXPECT_EQ(groups[1], "42");
  EXPECT_TRUE(groups[2].empty());
  EXPECT_EQ(rules.first_match("Edge/12.5", groups), 1);
  EXPECT_EQ(groups[2], "5");
  EXPECT_EQ(rules.first_match("Safari", groups), std::nullopt);
}

TEST(RuleSet, CaseCountsUnlessARuleSaysOtherwise) {
  RuleSet rules;
  rules.add("googlebot");
  rules.add("bingbot", true);
  rules.compile();
  EXPECT_FALSE(rules.matches("GoogleBot"));
  EXPECT_TRUE(rules.matches("BingBot"));
}

TEST(RuleSet, AMalformedRuleIsRefused) {
  RuleSet rules;
  EXPECT_THROW(rules.add("(unclosed"), std::logic_error);
}

TEST(RuleSet, AnEmptySetMatchesNothing) {
  RuleSet rules;
  rules.compile();
  EXPECT_FALSE(rules.matches("anything"));
}

/// The filter must only ever skip rules that could not match.
TEST(RuleSet, TheFilterNeverChangesTheAnswer) {
  for (const auto* table : {"user_agent_rules.tsv", "os_rules.tsv", "crawler_rules.tsv"}) {
    RuleSet rules;
    for_each_row<2>(embedded_table(table), [&rules](const auto& row) { rules.add(row[0], row[1] == "i"); });
    rules.compile();
    ASSERT_GT(rules.size(), 100U) << table;
    const auto check = [&](std::string_view text) {
      std::optional<int> expected;
      for (int number = 0; number < static_cast<int>(rules.size()) && !expected; ++number) {
        if (rules.matches_rule(number, text)) expected = number;
      }
      std::array<re2::StringPiece, 4> groups;
      EXPECT_EQ(rules.first_match(text, groups), expected) << table << ": " << text;
    };
    for (const auto browser : browser_user_agents) check(browser);
    // Trying every rule is slow: one sample in eight is enough to see a filter that is wrong.
    for (std::size_t i = 0; i < crawler_samples().size(); i += 8) check(crawler_samples()[i]);
  }
}

}  // namespace
}  // namespace pico::enrich
