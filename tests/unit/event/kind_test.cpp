#include "pico/event/kind.hpp"

#include <gtest/gtest.h>

namespace pico::event {
namespace {

constexpr Kind all[] = {Kind::custom,   Kind::load,      Kind::visible, Kind::hidden,     Kind::hashchange,
                        Kind::popstate, Kind::pushstate, Kind::ping,    Kind::engagement, Kind::opted_out, Kind::visit};

TEST(Kind, NumbersAreThoseInTheDatabase) {
  for (std::size_t i = 0; i < std::size(all); ++i) EXPECT_EQ(static_cast<std::size_t>(all[i]), i);
}

TEST(Kind, EveryBuiltInKindIsFoundByItsWireName) {
  for (const auto kind : all) {
    if (kind == Kind::custom || kind == Kind::opted_out) {
      EXPECT_EQ(name_of(kind), "");
    } else if (kind == Kind::visit) {
      EXPECT_EQ(name_of(kind), "visit");
      EXPECT_EQ(kind_of(name_of(kind)), std::nullopt) << "no client can send it";
    } else {
      EXPECT_EQ(kind_of(name_of(kind)), kind);
    }
  }
  EXPECT_EQ(kind_of("pushstate"), Kind::pushstate);
}

TEST(Kind, OtherNamesAreNotBuiltIn) {
  for (const auto* name : {"", "Load", "custom", "opted_out", "load ", "pageview"})
    EXPECT_EQ(kind_of(name), std::nullopt) << name;
}

TEST(Kind, SaysWhatIsAPageviewARowAndTheEndOfABounce) {
  for (const auto kind : all) {
    EXPECT_EQ(is_pageview(kind), kind == Kind::load || kind == Kind::popstate || kind == Kind::pushstate || kind == Kind::visit);
    EXPECT_EQ(is_row(kind), kind != Kind::ping && kind != Kind::engagement && kind != Kind::opted_out);
    EXPECT_EQ(ends_bounce(kind), kind == Kind::visible || kind == Kind::hashchange);
  }
}

}  // namespace
}  // namespace pico::event
