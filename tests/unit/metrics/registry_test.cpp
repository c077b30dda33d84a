#include "pico/metrics/registry.hpp"

#include <gtest/gtest.h>

namespace pico::metrics {
namespace {

TEST(Registry, TheSameNameAndLabelsGiveTheSameMetric) {
  Registry registry;
  registry.counter("x_total", "X.", {{"a", "1"}}).Increment();
  registry.counter("x_total", "X.", {{"a", "1"}}).Increment();
  EXPECT_NE(registry.expose().find("x_total{a=\"1\"} 2"), std::string::npos) << registry.expose();
}

TEST(Registry, GaugesAreSampledBeforeEachExpositionUntilTheHandleGoes) {
  Registry registry;
  auto& gauge = registry.gauge("g", "G.");
  int value = 0;
  auto handle = registry.before_expose([&] { gauge.Set(++value); });
  EXPECT_NE(registry.expose().find("g 1"), std::string::npos);
  EXPECT_NE(registry.expose().find("g 2"), std::string::npos);
  handle.reset();
  EXPECT_NE(registry.expose().find("g 2"), std::string::npos);
}

}  // namespace
}  // namespace pico::metrics
