#pragma once
#include <memory>
#include <optional>
#include <string>

#include "pico/core/result.hpp"
#include "pico/enrich/salts.hpp"
#include "pico/enrich/sites.hpp"
#include "pico/event/enriched.hpp"
#include "pico/event/raw.hpp"
#include "pico/metrics/registry.hpp"

namespace pico::enrich {

struct Options {
  std::string geo_ip_file;         ///< MaxMind-format database; a missing file is a warning and leaves locations blank
  std::size_t user_agent_cache = 16384;  ///< entries; the keys are hashed, no User-Agent is kept
  bool crawler_rules = true;
};

/// What all enrichers share: compiled rules, tables and the geo database. Immutable after construction except for the swap of the
/// geo database; thread-safe.
class Knowledge {
 public:
  static Result<std::shared_ptr<Knowledge>> load(const Options& options, metrics::Registry& registry);
  virtual ~Knowledge() = default;
  /// Opens the geo file again (SIGHUP); keeps the old one when that fails.
  virtual void reload_geo() = 0;
};

/// Turns a Raw into an Enriched: geo, user agent, bot, referrer → source → channel, campaign, visitor id, local day.
/// One per pipeline thread (it owns caches and scratch memory). Takes 1–3 µs for a User-Agent it has seen.
class Enricher {
 public:
  Enricher(std::shared_ptr<Knowledge> knowledge, const Salts& salts, const Sites& sites);
  ~Enricher();

  /// The views of the result live until the next call, and `raw` must live as long.
  /// nullopt: there is no salt for the site's date, so the event cannot be taken (the client is told 503).
  std::optional<event::Enriched> enrich(const event::Raw& raw);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::enrich
