#include "wire.hpp"

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <deque>

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"

namespace pico::ingest {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

// Setters return false when the value is of a wrong type or out of range. null leaves the field as it is, like Go's decoder.

bool is_null(value& json) {
  bool null = false;
  return json.is_null().get(null) == simdjson::SUCCESS && null;
}

bool set(std::string_view& field, value& json) { return is_null(json) || json.get_string().get(field) == simdjson::SUCCESS; }

bool set(std::int32_t& field, value& json) {
  if (is_null(json)) return true;
  std::int64_t number = 0;
  if (json.get_int64().get(number) != simdjson::SUCCESS) return false;
  if (number < INT32_MIN || number > INT32_MAX) return false;
  field = static_cast<std::int32_t>(number);
  return true;
}

bool set(double& field, value& json) { return is_null(json) || json.get_double().get(field) == simdjson::SUCCESS; }

/// `i`: 0 or false for an event that does not end a bounce.
bool set_interactive(bool& field, value& json) {
  if (is_null(json)) return true;
  json_type type{};
  if (json.type().get(type) != simdjson::SUCCESS) return false;
  if (type == json_type::boolean) return json.get_bool().get(field) == simdjson::SUCCESS;
  std::int32_t number = 1;
  if (!set(number, json)) return false;
  field = number != 0;
  return true;
}

bool set_properties(std::optional<std::string_view>& field, value& json) {
  if (is_null(json)) return true;
  json_type type{};
  if (json.type().get(type) != simdjson::SUCCESS || type != json_type::object) return false;
  simdjson::ondemand::object object;
  std::string_view text;
  if (json.get_object().get(object) != simdjson::SUCCESS || object.raw_json().get(text) != simdjson::SUCCESS) return false;
  field = text;
  return true;
}

bool set_field(WireEvent& event, std::string_view key, value& json) {
  if (key == "n") return set(event.name, json);
  if (key == "l") return set(event.url, json);
  if (key == "r") return set(event.referrer, json);
  if (key == "lt") return set(event.load_ms, json);
  if (key == "fb") return set(event.ttfb_ms, json);
  if (key == "sw") return set(event.screen_width, json);
  if (key == "sh") return set(event.screen_height, json);
  if (key == "pr") return set(event.pixel_ratio, json);
  if (key == "pd") return set(event.pixel_depth, json);
  if (key == "tz") return set(event.timezone, json);
  if (key == "p") return set_properties(event.properties, json);
  if (key == "i") return set_interactive(event.interactive, json);
  if (key == "utm_source") return set(event.utm_source, json);
  if (key == "utm_medium") return set(event.utm_medium, json);
  if (key == "utm_campaign") return set(event.utm_campaign, json);
  if (key == "utm_content") return set(event.utm_content, json);
  if (key == "utm_term") return set(event.utm_term, json);
  return true;
}

template <class Number>
bool parse_number(Number& field, std::string_view text) {
  if (text.empty()) return true;
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  field = number;
  return true;
}

}  // namespace

struct WireParser::Impl {
  simdjson::ondemand::parser parser;
  std::string padded;                // the body with the room behind it that simdjson reads into
  std::deque<std::string> decoded;  // of query strings; a deque, so that views stay valid

  std::optional<WireEvent> parse();
};

WireParser::WireParser() : impl_(std::make_unique<Impl>()) {}
WireParser::~WireParser() = default;

std::optional<WireEvent> WireParser::Impl::parse() {
  simdjson::ondemand::document document;
  const auto size = padded.size() - simdjson::SIMDJSON_PADDING;
  if (parser.iterate(padded.data(), size, padded.size()).get(document) != simdjson::SUCCESS) return std::nullopt;
  // By way of a value: document.get_object() would insist that nothing stands behind the object.
  value root;
  simdjson::ondemand::object object;
  bool nothing = false;
  if (document.is_null().get(nothing) == simdjson::SUCCESS && nothing) return WireEvent{};  // as of a field: nothing is set
  if (document.get_value().get(root) != simdjson::SUCCESS || root.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  WireEvent event;
  for (auto field : object) {
    std::string_view key;
    value json;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(json) != simdjson::SUCCESS) return std::nullopt;
    char lower[16];
    if (key.size() > sizeof lower) continue;
    std::transform(key.begin(), key.end(), lower, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (!set_field(event, {lower, key.size()}, json)) return std::nullopt;
  }
  return event;
}

std::optional<WireEvent> WireParser::json(std::string_view body) {
  impl_->padded.assign(body).append(simdjson::SIMDJSON_PADDING, '\0');
  if (auto event = impl_->parse()) return event;
  // simdjson refuses malformed UTF-8, where Go replaces it: so do we, on the way that only damaged bodies take.
  if (is_clean_text(body, body.size())) return std::nullopt;
  impl_->padded = clean_text(body, 3 * body.size());
  impl_->padded.append(simdjson::SIMDJSON_PADDING, '\0');
  return impl_->parse();
}

std::optional<WireEvent> WireParser::query(std::string_view query) {
  impl_->decoded.clear();
  WireEvent event;
  event.name = "load";
  bool ok = true;
  for_each_query_pair(query, [&](std::string_view key, std::string_view encoded) {
    const std::string_view text = impl_->decoded.emplace_back(percent_decode(encoded, true));
    if (key == "n" && !text.empty()) event.name = text;
    else if (key == "l") event.url = text;
    else if (key == "r") event.referrer = text;
    else if (key == "tz") event.timezone = text;
    else if (key == "lt") ok = ok && parse_number(event.load_ms, text);
    else if (key == "fb") ok = ok && parse_number(event.ttfb_ms, text);
    else if (key == "sw") ok = ok && parse_number(event.screen_width, text);
    else if (key == "sh") ok = ok && parse_number(event.screen_height, text);
    else if (key == "pd") ok = ok && parse_number(event.pixel_depth, text);
    else if (key == "pr") ok = ok && parse_number(event.pixel_ratio, text);
  });
  if (!ok) return std::nullopt;
  return event;
}

}  // namespace pico::ingest
