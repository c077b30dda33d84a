#include "knowledge.hpp"

#include <spdlog/spdlog.h>
#include <exception>

namespace pico::enrich {

Knowledge::Impl::Impl(const Options& given, metrics::Registry& registry)
    : options(given), bots(given.crawler_rules), metrics(registry) {}

void Knowledge::Impl::load_geo() {
  if (options.geo_ip_file.empty()) return;
  auto opened = GeoDatabase::open(options.geo_ip_file);
  if (!opened) {
    metrics.geo_failures.Increment();
    const bool keeps = geo.current() != nullptr;
    spdlog::warn("{}{}", opened.error().message,
                 keeps ? " The one that was open before stays in use." : " Locations stay blank until then.");
    return;
  }
  metrics.geo_built.Set(static_cast<double>((*opened)->build_time()));
  metrics.geo_loaded.Set(1);
  geo.replace(std::move(*opened));
}

Knowledge::Knowledge(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Knowledge::~Knowledge() = default;

Result<std::shared_ptr<Knowledge>> Knowledge::load(const Options& options, metrics::Registry& registry) {
  try {
    std::shared_ptr<Knowledge> knowledge(new Knowledge(std::make_unique<Impl>(options, registry)));
    knowledge->impl_->load_geo();
    return knowledge;
  } catch (const std::logic_error& error) {  // a rule that RE2 refuses: a fault of this build's data
    return Error{Errc::internal, error.what()};
  }
}

void Knowledge::reload_geo() {
  impl_->load_geo();
}

}  // namespace pico::enrich
