#include "metrics.hpp"

#include <gtest/gtest.h>

namespace pico::writer {
namespace {

std::size_t lines_with(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(WriterMetrics, LatencyHasALabelForSoManySitesAndTheRestTogether) {
  metrics::Registry registry;
  Metrics metrics(registry);
  for (std::size_t i = 0; i < metrics::most_site_labels + 50; ++i) {
    const auto domain = "site" + std::to_string(i) + ".example";
    event::Enriched event;
    event.domain = domain;
    const Committed committed{&event, 1, 1024};
    metrics.observe_latency({&committed, 1}, event.at + std::chrono::milliseconds(300), std::chrono::milliseconds(40));
  }
  const auto text = registry.expose();
  EXPECT_EQ(lines_with(text, "picolytics_ingest_latency_count{"), metrics::most_site_labels + 1);
  EXPECT_NE(text.find("picolytics_ingest_latency_count{domain=\"other\"} 50\n"), std::string::npos);
  EXPECT_NE(text.find("picolytics_worker_latency_sum{domain=\"site0.example\"} 0.04\n"), std::string::npos);
}

}  // namespace
}  // namespace pico::writer
