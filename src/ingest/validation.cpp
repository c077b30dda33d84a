#include "validation.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"

namespace pico::ingest {
namespace {

namespace limits = event::limits;

std::string clean(std::string_view text, std::size_t max_bytes) {
  return is_clean_text(text, max_bytes) ? std::string(text) : clean_text(text, max_bytes);
}

std::int32_t positive(std::int32_t number) { return std::max(number, 0); }

std::string first_language(std::string_view accept_language) {
  const auto tag = trim(accept_language.substr(0, accept_language.find_first_of(",;")));
  return tag == "*" ? std::string{} : clean(tag, 35);
}

/// The properties as a compact JSON object of scalars. Nested values and blank keys are left out. nullopt: too large.
std::optional<std::string> clean_properties(std::string_view text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  auto kept = nlohmann::json::object();
  for (const auto& [key, value] : parsed.items()) {
    if (kept.size() == limits::property_count) break;
    auto name = clean(trim(key), limits::word);
    if (name.empty() || value.is_structured() || value.is_null()) continue;
    if (value.is_string())
      kept[name] = clean(value.get_ref<const std::string&>(), limits::properties);
    else
      kept[name] = value;
  }
  if (kept.empty()) return std::string{};
  auto compact = kept.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (compact.size() > limits::properties) return std::nullopt;
  return compact;
}

bool opted_out(const Submission& submission) {
  return submission.do_not_track == "1" || equals_ignore_case(submission.do_not_track, "yes") || submission.privacy_control == "1";
}

}  // namespace

std::string_view to_string(Drop reason) {
  switch (reason) {
    case Drop::event_name: return "event_name";
    case Drop::url: return "url";
    case Drop::origin: return "origin";
    case Drop::site_unknown: return "site_unknown";
    case Drop::site_limit: return "site_limit";
    case Drop::properties: return "properties";
  }
  return "unknown";
}

Validation::Validation(const Options& options)
    : options_(options), names_(options.valid_event_names.begin(), options.valid_event_names.end()) {}

std::optional<event::Kind> Validation::kind_of(const WireEvent& wire) const {
  const std::string name(wire.name);
  if (name.empty()) return std::nullopt;
  const auto built_in = event::kind_of(name);
  if (names_.contains(name)) return built_in.value_or(event::Kind::custom);
  // A built-in name outside the list was switched off by the owner, with or without properties.
  if (options_.custom_events && wire.properties && !built_in) return event::Kind::custom;
  return std::nullopt;
}

std::variant<event::Raw, Drop> Validation::validate(const WireEvent& wire, const Submission& submission) const {
  const auto kind = kind_of(wire);
  if (!kind) return Drop::event_name;
  const auto url = parse_url(wire.url.substr(0, 4 * limits::url));
  if (!url || !is_host(url->host) || !(equals_ignore_case(url->scheme, "https") || equals_ignore_case(url->scheme, "http")))
    return Drop::url;

  event::Raw raw;
  raw.kind = *kind;
  raw.received_at = submission.received_at;
  raw.hostname = clean(to_lower_ascii(url->host), limits::domain);
  raw.domain = clean(normalise_host(url->host), limits::domain);
  if (raw.domain.empty()) return Drop::url;
  if (!submission.origin.empty() && submission.origin != "null") {
    const auto origin = parse_url(submission.origin);
    if (!origin || normalise_host(origin->host) != raw.domain) return Drop::origin;
  }
  if (options_.respect_do_not_track && opted_out(submission)) {
    raw.kind = event::Kind::opted_out;
    return raw;
  }

  raw.interactive = wire.interactive;
  raw.path = clean(trim(percent_decode(url->path)), limits::path);
  if (raw.path.empty()) raw.path.push_back('/');
  raw.query = clean(url->query, limits::url);
  raw.referrer = clean(wire.referrer, limits::referrer);
  raw.utm_source = clean(wire.utm_source, limits::word);
  raw.utm_medium = clean(wire.utm_medium, limits::word);
  raw.utm_campaign = clean(wire.utm_campaign, limits::word);
  raw.utm_content = clean(wire.utm_content, limits::word);
  raw.utm_term = clean(wire.utm_term, limits::word);
  raw.load_ms = positive(wire.load_ms);
  raw.ttfb_ms = positive(wire.ttfb_ms);
  raw.screen_width = positive(wire.screen_width);
  raw.screen_height = positive(wire.screen_height);
  raw.pixel_depth = positive(wire.pixel_depth);
  raw.pixel_ratio = std::isfinite(wire.pixel_ratio) && wire.pixel_ratio > 0 ? std::min(wire.pixel_ratio, 100.0) : 0;
  raw.timezone = clean(wire.timezone, 64);
  raw.language = first_language(submission.accept_language);
  raw.client_ip = submission.client;
  raw.user_agent = clean(submission.user_agent, limits::user_agent);
  if (raw.kind == event::Kind::custom) {
    raw.name = clean(trim(wire.name), limits::event_name);
    if (raw.name.empty()) return Drop::event_name;
    if (wire.properties) {
      auto properties = clean_properties(*wire.properties);
      if (!properties) return Drop::properties;
      raw.properties = std::move(*properties);
    }
  }
  return raw;
}

}  // namespace pico::ingest
