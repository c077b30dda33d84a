#pragma once
#include <gtest/gtest.h>
#include <fstream>
#include <string>
#include <vector>

namespace pico::enrich {

/// The crawler list's own samples, over two thousand User-Agents of machines.
inline const std::vector<std::string>& crawler_samples() {
  static const auto samples = [] {
    std::vector<std::string> lines;
    std::ifstream file(CRAWLER_SAMPLES);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }();
  EXPECT_GT(samples.size(), 2000U) << "no samples in " << CRAWLER_SAMPLES;
  return samples;
}

}  // namespace pico::enrich
