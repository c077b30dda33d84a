#pragma once
#include <cstddef>
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
  std::string geo_ip_file;  ///< MaxMind-format database; a missing file is a warning and leaves locations blank; empty: none
  std::size_t user_agent_cache = 16384;  ///< entries per enricher; the keys are hashed, no User-Agent is kept
  bool crawler_rules = true;             ///< false: only the words of the original picolytics' list make a bot
};

/// What all enrichers share: compiled rules, tables and the geo database. Immutable after construction except for the swap of the
/// geo database; thread-safe.
class Knowledge {
 public:
  /// Takes about 0.1 s. A geo file that is missing or damaged is a warning. Errc::internal: this build's rules are faulty.
  /// `registry` must outlive the knowledge.
  static Result<std::shared_ptr<Knowledge>> load(const Options& options, metrics::Registry& registry);
  ~Knowledge();

  /// Opens the geo file again (SIGHUP); keeps the old one when that fails.
  void reload_geo();

 private:
  friend class Enricher;
  struct Impl;
  explicit Knowledge(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Turns a Raw into an Enriched: geo, user agent, bot, referrer → source → channel, campaign, visitor id, local day.
/// One per pipeline thread (it owns caches and scratch memory). Takes about 1 µs for a User-Agent it has seen lately, 7 for
/// another.
class Enricher {
 public:
  /// `salts` and `sites` must outlive this.
  Enricher(std::shared_ptr<Knowledge> knowledge, const Salts& salts, const Sites& sites);
  ~Enricher();

  /// The views of the result live until the next call, and `raw` must live as long.
  /// nullopt: there is no salt for the site's date, so the event cannot be taken (the client is told 503).
  /// An opted_out event needs no salt and gets nothing but its site, kind, time and day.
  std::optional<event::Enriched> enrich(const event::Raw& raw);

  /// The same of an event that may be dated back: raw.received_at is its own time. Days before the oldest date of which a salt is held
  /// get key_of_day() of past_key, the install key `past_key`. nullopt: a salt of that day or of the time since is wanted and not there,
  /// or none is held at all, so that it is not known which days are over.
  std::optional<event::Enriched> enrich_past(const event::Raw& raw, const HashKey& past_key);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pico::enrich
