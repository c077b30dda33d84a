#include "pico/api/views_hub.hpp"

#include <gtest/gtest.h>

namespace pico::api {
namespace {

/// Notes what it is told.
struct NotingSocket final : http::WebSocket {
  std::vector<std::uint64_t> pushed, forgotten;
  void answer(std::string) override {}
  void push(std::uint64_t topic, std::shared_ptr<const std::string>) override { pushed.push_back(topic); }
  void forget(std::uint64_t topic) override { forgotten.push_back(topic); }
};

TEST(ViewsHubTest, WhatWaitsForASocketIsForgottenWithItsSubscription) {
  ViewsHub hub(10);
  const auto leaving = std::make_shared<NotingSocket>(), staying = std::make_shared<NotingSocket>();
  const ViewsHub::Topic shared{{"example.org", "", "/a"}, "\"path\":\"/a\""}, own{{"example.org", "", "/b"}, "\"path\":\"/b\""};
  for (const auto& socket : {leaving, staying}) {
    hub.subscribe(shared, socket);
    hub.tell(shared, {}, socket);
  }
  hub.subscribe(own, leaving);
  hub.tell(own, {}, leaving);
  ASSERT_EQ(leaving->pushed.size(), 2u);
  hub.unsubscribe(shared, leaving);
  hub.unsubscribe(own, leaving);
  EXPECT_EQ(leaving->forgotten, leaving->pushed);
  EXPECT_TRUE(staying->forgotten.empty());
}

TEST(ViewsHubTest, SubscribingAnewAgainAndAgainLeavesNothingBehind) {
  ViewsHub hub(10);
  const auto socket = std::make_shared<NotingSocket>();
  const ViewsHub::Topic topic{{"example.org", "", "/a"}, "\"path\":\"/a\""};
  for (int i = 0; i < 100; ++i) {
    hub.subscribe(topic, socket);
    hub.tell(topic, {}, socket);
    hub.unsubscribe(topic, socket);
  }
  EXPECT_EQ(socket->pushed.size(), 100u);
  EXPECT_EQ(socket->forgotten, socket->pushed);
  EXPECT_TRUE(hub.watched().empty());
}

}  // namespace
}  // namespace pico::api
