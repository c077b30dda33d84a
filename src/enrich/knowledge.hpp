#pragma once
#include <string>

#include "bot.hpp"
#include "geo.hpp"
#include "metrics.hpp"
#include "pico/enrich/enricher.hpp"
#include "source.hpp"
#include "user_agent.hpp"

namespace pico::enrich {

struct Knowledge::Impl {
  Impl(const Options& options, metrics::Registry& registry);

  /// Opens the geo file and puts it to use; when that fails, warns and keeps what there is.
  void load_geo();

  const Options options;
  const Sources sources;
  const UserAgentParser user_agents;
  const BotDetector bots;
  GeoSource geo;
  Metrics metrics;
};

}  // namespace pico::enrich
