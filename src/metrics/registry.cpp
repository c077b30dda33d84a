#include "pico/metrics/registry.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <list>
#include <mutex>

namespace pico::metrics {

struct Registry::Samplers {
  std::mutex mutex;
  std::list<std::function<void()>> all;  // guarded by mutex
};

Registry::Registry()
    : registry_(std::make_shared<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge)), samplers_(std::make_shared<Samplers>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels);
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels);
}

Histogram& Registry::histogram(const std::string& name, const std::string& help, const Buckets& buckets, const Labels& labels) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry_).Add(labels, buckets);
}

std::shared_ptr<void> Registry::before_expose(std::function<void()> sample) {
  const std::lock_guard lock(samplers_->mutex);
  const auto place = samplers_->all.insert(samplers_->all.end(), std::move(sample));
  return {nullptr, [samplers = samplers_, place](void*) {
            const std::lock_guard removing(samplers->mutex);
            samplers->all.erase(place);
          }};
}

std::string Registry::expose() const {
  {
    const std::lock_guard lock(samplers_->mutex);
    for (const auto& sample : samplers_->all) sample();
  }
  return prometheus::TextSerializer{}.Serialize(registry_->Collect());
}

}  // namespace pico::metrics
