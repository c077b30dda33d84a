#include "pico/enrich/enricher.hpp"

#include <algorithm>

#include "acquisition.hpp"
#include "knowledge.hpp"
#include "location_finder.hpp"
#include "user_agent_cache.hpp"
#include "pico/enrich/visitor.hpp"

namespace pico::enrich {
namespace {

/// The columns are 16-bit.
std::int32_t clamp_ms(std::int32_t value) {
  return std::clamp<std::int32_t>(value, 0, 32767);
}

event::Screen screen_of(const event::Raw& raw) {
  return {raw.screen_width, raw.screen_height, raw.pixel_depth, static_cast<float>(raw.pixel_ratio), raw.timezone, raw.language};
}

}  // namespace

struct Enricher::Impl {
  Impl(std::shared_ptr<Knowledge> k, const Salts& s, const Sites& t)
      : knowledge(std::move(k)),
        salts(s),
        sites(t),
        acquisitions(knowledge->impl_->sources),
        user_agents(knowledge->impl_->options.user_agent_cache),
        locations(knowledge->impl_->geo) {}

  const Profile& profile_of(std::string_view user_agent);
  /// What any event may tell, also one of somebody who opted out.
  event::Enriched anonymous(const event::Raw& raw);
  void add_visitor(const event::Raw& raw, event::Enriched& event);
  /// salt_of: what the visitors of a day are hashed under, if anything.
  template <class SaltOf>
  std::optional<event::Enriched> enrich(const event::Raw& raw, SaltOf salt_of);

  std::shared_ptr<Knowledge> knowledge;
  const Salts& salts;
  const Sites& sites;
  AcquisitionReader acquisitions;
  UserAgentCache user_agents;
  LocationFinder locations;
  TimeZone zone;  // of the last event's site: its name is part of the result
};

const Profile& Enricher::Impl::profile_of(std::string_view user_agent) {
  auto& shared = *knowledge->impl_;
  const auto key = user_agents.key_of(user_agent);
  if (const auto* const seen = user_agents.find(key)) {
    shared.metrics.cache_hits.Increment();
    return *seen;
  }
  shared.metrics.cache_misses.Increment();
  const auto reason = shared.bots.classify(user_agent);
  // A driven browser is a bot whose User-Agent still tells the truth about browser and system.
  const bool nameless = reason != event::Bot::no && reason != event::Bot::automation;
  auto profile = nameless ? bot_profile(user_agent, reason) : shared.user_agents.parse(user_agent);
  profile.bot = reason;
  shared.metrics.names.Set(static_cast<double>(shared.user_agents.names()));
  return user_agents.put(key, profile);
}

event::Enriched Enricher::Impl::anonymous(const event::Raw& raw) {
  zone = sites.zone_of(raw.domain, raw.received_at);
  event::Enriched event;
  event.kind = raw.kind;
  event.at = raw.received_at;
  event.day = zone.local_day(raw.received_at);
  event.domain = raw.domain;
  event.site_time_zone = zone.name();
  return event;
}

void Enricher::Impl::add_visitor(const event::Raw& raw, event::Enriched& event) {
  event.interactive = raw.interactive;
  if (raw.kind == event::Kind::custom) {
    event.name = raw.name;
    event.properties = raw.properties;
  }
  event.hostname = raw.hostname;
  event.path = raw.path;
  event.load_ms = clamp_ms(raw.load_ms);
  event.ttfb_ms = clamp_ms(raw.ttfb_ms);
  event.engaged_ms = std::max(0, raw.engaged_ms);
  event.scroll_depth = raw.scroll_depth;
  event.acquisition = acquisitions.read(raw);
  const auto& profile = profile_of(raw.user_agent);
  event.device = profile.device();
  event.bot = profile.bot;
  event.location = locations.find(raw.client_ip);
  event.screen = screen_of(raw);
}

Enricher::Enricher(std::shared_ptr<Knowledge> knowledge, const Salts& salts, const Sites& sites)
    : impl_(std::make_unique<Impl>(std::move(knowledge), salts, sites)) {}
Enricher::~Enricher() = default;

template <class SaltOf>
std::optional<event::Enriched> Enricher::Impl::enrich(const event::Raw& raw, SaltOf salt_of) {
  auto event = anonymous(raw);
  if (raw.kind == event::Kind::opted_out) return event;
  auto& metrics = knowledge->impl_->metrics;
  const std::optional<HashKey> salt = salt_of(event.day);
  if (!salt) {
    metrics.without_salt.Increment();
    return std::nullopt;
  }
  event.visitor_id = visitor_id(*salt, raw.domain, raw.client_ip, raw.user_agent);
  add_visitor(raw, event);
  metrics.count(event.bot);
  return event;
}

std::optional<event::Enriched> Enricher::enrich(const event::Raw& raw) {
  return impl_->enrich(raw, [&](Day day) { return impl_->salts.find(day); });
}

std::optional<event::Enriched> Enricher::enrich_past(const event::Raw& raw, const HashKey& past_key) {
  return impl_->enrich(raw, [&](Day day) -> std::optional<HashKey> {
    const auto oldest = impl_->salts.oldest();
    return oldest && day < *oldest ? key_of_day(past_key, day) : impl_->salts.find(day);
  });
}

}  // namespace pico::enrich
