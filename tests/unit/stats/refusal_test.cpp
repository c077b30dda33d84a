// Which questions can be asked follows from docs/stats.md alone: validate() and the recount's own reading of it must agree.
#include <random>

#include "recount_fixture.hpp"
#include "support/recount/rules.hpp"

namespace pico::stats {
namespace {

using D = Dimension;
using Kind = Filter::Kind;

Filter any_test() {
  return Filter::of({{D::page}, Operator::is, {"/"}});
}

Filter nested(Filter inner, std::size_t times, Kind kind = Kind::all_of) {
  while (times-- > 0) inner = Filter{kind, {}, {std::move(inner)}};
  return inner;
}

/// Bends a question in one way.
void bend(Query& query, std::uint64_t way) {
  switch (way) {
    case 0: query.dimensions = {{D::source}, {D::country}, {D::browser}}; break;
    case 1: query.dimensions = {{D::day}, {D::hour}}; break;
    case 2: query.limit = max_limit + 1; break;
    case 3: query.filters.push_back(nested(Filter::of({{D::goal}, Operator::is, {"Signup"}}), 1)); break;
    case 4: query.filters.push_back(Filter::of({{D::day}, Operator::is, {"2026-11-22"}})); break;
    case 5: query.filters.push_back(nested(Filter::of({{D::source}, Operator::is, {"Google"}}), 1, Kind::done)); break;
    case 6: query.filters.push_back(nested(any_test(), 2, Kind::not_done)); break;
    case 7: query.filters.push_back(nested(any_test(), max_filter_depth + 1)); break;
    case 8: query.filters.push_back(nested(any_test(), max_filter_depth)); break;
    case 9: query.filters.assign(max_filter_tests + 1, any_test()); break;
    case 10: query.filters.assign(max_filter_tests, any_test()); break;
    case 11: query.filters.push_back(Filter::of({{D::page}, Operator::is, std::vector<std::string>(max_test_values + 1, "/")})); break;
    case 12: query.filters.push_back(Filter::of({{D::page}, Operator::is, std::vector<std::string>(max_test_values, "/")})); break;
    case 13: query.filters.push_back(Filter::of({{D::page}, Operator::contains, {std::string(max_text + 1, 'x')}})); break;
    case 14: query.filters.push_back(Filter::of({{D::page}, Operator::contains, {std::string(max_text, 'x')}})); break;
    case 15: query.filters.push_back(Filter::of({{D::source}, Operator::matches_not, {"a(b"}})); break;
    case 16: query.filters.push_back(Filter::of({{D::goal}, Operator::is_not, {"Signup"}})); break;
    case 17: query.dimensions = {{D::property, std::string(max_text + 1, 'x')}}; break;
    case 18: query.filters.push_back(nested(Filter::of({{D::goal}, Operator::is, {"Signup"}}), 1, Kind::done)); break;
    default: break;
  }
}

TEST(Refusal, FollowsFromTheDefinition) {
  test::Questions questions(seed(), {});
  std::mt19937_64 random(seed());
  int refused = 0, failures = 0;
  for (int i = 0; i < 20'000 && failures < 10; ++i) {
    auto query = questions.next(false);
    query.site = "shop.example";
    bend(query, random() % 60);
    std::erase_if(query.order, [&](const Order& order) {
      const auto* by = std::get_if<DimensionRef>(&order.by);
      return by != nullptr && std::find(query.dimensions.begin(), query.dimensions.end(), *by) == query.dimensions.end();
    });
    const auto valid = validate(query);
    const auto expected = test::refusal(query);
    refused += expected ? 1 : 0;
    if (valid.has_value() != expected.has_value()) continue;
    ++failures;
    ADD_FAILURE() << "seed " << seed() << ": " << test::describe(query).substr(0, 2000) << "\n  "
                  << (valid ? "is not refused, but " + *expected : "is refused: " + valid.error().message);
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 19'000);
}

}  // namespace
}  // namespace pico::stats
