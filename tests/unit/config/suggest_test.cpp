#include "suggest.hpp"

#include <gtest/gtest.h>
#include <string>

namespace pico::config {
namespace {

TEST(SuggestKey, FindsTheKeyThatWasMeant) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"listenAdr", "listenAddr"}, {"listen_addr", "listenAddr"},  {"listen-addr", "listenAddr"},
      {"pgpass", "pgPassword"},    {"PGHOSTS", "pgHost"},          {"trustedProxys", "trustedProxies"},
      {"queSize", "queueSize"},    {"batchMaxMs", "batchMaxMsec"}, {"doNotTrack", "respectDoNotTrack"},
  };
  for (const auto& [unknown, meant] : cases) EXPECT_EQ(suggest_key(unknown), meant) << unknown;
}

TEST(SuggestKey, SaysNothingWhenNothingIsNear) {
  for (const auto& unknown : {std::string("x"), std::string("kubernetes"), std::string(""), std::string(100000, 'q')}) {
    EXPECT_EQ(suggest_key(unknown), "") << unknown.substr(0, 20);
  }
}

}  // namespace
}  // namespace pico::config
