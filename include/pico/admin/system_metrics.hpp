#pragma once
#include <memory>
#include <string>

#include "pico/metrics/registry.hpp"

namespace pico::admin {

/// What was built. commit and branch: `unknown` when it was not built from a repository.
struct Build {
  std::string version, commit, branch;
};

/// Metrics read from the operating system when they are asked for: of the process always (`process_*`, the names Prometheus' own
/// clients use), of the host (`picolytics_host_*`, the original's names) when wanted. And the build, as a constant.
class SystemMetrics {
 public:
  SystemMetrics(metrics::Registry& registry, const Build& build, bool host_metrics);
  ~SystemMetrics();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::admin
