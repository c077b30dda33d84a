#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace prometheus {
class Registry;
}

namespace pico::metrics {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;
using Labels = std::map<std::string, std::string>;
using Buckets = std::vector<double>;

/// A metric with a label per site has at most so many of them; the sites beyond count together as `other`.
inline constexpr std::size_t most_site_labels = 1000;

/// All metrics of the process. Each module declares its own struct of references, built from this; nothing is global.
/// Thread-safe. Names are given whole (`picolytics_queue_size`). Label values must come from closed sets, never from input.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The references live as long as the registry. The same name and labels give the same metric.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, const Buckets& buckets, const Labels& labels = {});

  /// Runs `sample` before each exposition, for gauges that are read rather than kept. It must be quick and must not throw. Destroying
  /// the handle ends that, and waits for an exposition that is under way.
  [[nodiscard]] std::shared_ptr<void> before_expose(std::function<void()> sample);

  /// Prometheus' text exposition format 0.0.4.
  [[nodiscard]] std::string expose() const;

 private:
  struct Samplers;
  std::shared_ptr<prometheus::Registry> registry_;
  std::shared_ptr<Samplers> samplers_;
};

}  // namespace pico::metrics
