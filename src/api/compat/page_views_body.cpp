#include "page_views_body.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "fastify.hpp"
#include "javascript_date.hpp"
#include "pico/core/text.hpp"

namespace pico::api::compat {
namespace {

using nlohmann::json;

constexpr std::int64_t most_views = std::numeric_limits<std::int32_t>::max();

/// Abandons a body; caught where its parsing began.
struct Refused {
  http::Response answer;
};

/// A part of a body as the original's error messages name it: `body/~1home/2025-07-16`.
std::string pointer(std::string parent, std::string_view key) {
  parent += '/';
  for (const char c : key) {
    if (c == '~') parent += "~0";
    else if (c == '/') parent += "~1";
    else parent += c;
  }
  return parent;
}

[[noreturn]] void refuse(const std::string& where, std::string_view what) {
  throw Refused{fastify::validation_error(where + " must " + std::string(what))};
}

json parse_object(std::string_view content_type, std::string_view body) {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  if (!equals_ignore_case(type, "application/json")) {
    if (type.empty() && body.empty()) refuse("body", "be object");
    throw Refused{fastify::error(415, "FST_ERR_CTP_INVALID_MEDIA_TYPE", "Unsupported Media Type: " + (type.empty() ? "undefined" : std::string(type)))};
  }
  if (body.empty())
    throw Refused{fastify::error(400, "FST_ERR_CTP_EMPTY_JSON_BODY", "Body cannot be empty when content-type is set to 'application/json'")};
  auto parsed = json::parse(body, nullptr, false);
  if (parsed.is_discarded())
    throw Refused{fastify::error(400, "FST_ERR_CTP_INVALID_JSON_BODY", "Body is not valid JSON but content-type is set to 'application/json'")};
  if (!parsed.is_object()) refuse("body", "be object");
  return parsed;
}

/// The value as text; numbers and the like are taken as the original takes them.
std::string text_of(const json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return {};
  if (value.is_object() || value.is_array()) refuse(where, "be string");
  return value.dump();
}

std::int64_t views_of(const json& value, const std::string& where) {
  if (value.is_null()) return 0;
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (!value.is_number() && !value.is_string()) refuse(where, "be number");
  double views = 0;
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  const auto digits = trim(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), views);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(views)) refuse(where, "be number");
  if (views != static_cast<double>(static_cast<std::int64_t>(std::clamp(views, -1.0, 2.0 * static_cast<double>(most_views))))) refuse(where, "be integer");
  if (views < 0) refuse(where, "be >= 0");
  if (views > static_cast<double>(most_views)) refuse(where, "be <= " + std::to_string(most_views));
  return static_cast<std::int64_t>(views);
}

Instant hour_of(const std::string& timestamp) {
  const auto at = parse_javascript_date(timestamp);
  if (!at) throw Refused{fastify::error(400, "", "Invalid timestamp format: " + timestamp)};
  return std::chrono::floor<std::chrono::hours>(*at);
}

void check_page(std::string_view page, const std::string& where) {
  if (const auto fault = page_fault(page); !fault.empty()) refuse(where, fault);
}

template <class Parse>
PageViewsBody all_or_nothing(Parse parse) {
  PageViewsBody body;
  try {
    parse(body.counts);
  } catch (Refused& refused) {
    body.counts.clear();
    body.refusal = std::move(refused.answer);
  }
  return body;
}

}  // namespace

std::string_view page_fault(std::string_view page) {
  if (page.empty()) return "NOT have fewer than 1 characters";
  if (page.size() > storage::max_page_bytes) return "NOT have more than 2048 bytes";
  static_assert(storage::max_page_bytes == 2048);
  if (page.find('\0') != std::string_view::npos) return "NOT have a NUL character";
  if (!is_utf8(page)) return "be UTF-8";
  return {};
}

PageViewsBody parse_single(std::string_view content_type, std::string_view text) {
  return all_or_nothing([&](std::vector<storage::PageCount>& counts) {
    const auto body = parse_object(content_type, text);
    for (const auto* needed : {"page", "timestamp"})
      if (!body.contains(needed)) refuse("body", std::string("have required property '") + needed + "'");
    auto page = text_of(body["page"], "body/page");
    const auto timestamp = text_of(body["timestamp"], "body/timestamp");
    check_page(page, "body/page");
    counts.push_back({std::move(page), hour_of(timestamp), 1});
  });
}

PageViewsBody parse_multi(std::string_view content_type, std::string_view text) {
  return all_or_nothing([&](std::vector<storage::PageCount>& counts) {
    const auto body = parse_object(content_type, text);
    for (const auto& [page, hours] : body.items()) {
      const auto where = pointer("body", page);
      if (!hours.is_object()) refuse(where, "be object");
      check_page(page, where);
      for (const auto& [timestamp, value] : hours.items()) {
        const auto views = views_of(value, pointer(where, timestamp));
        const auto hour = hour_of(timestamp);
        if (views > 0) counts.push_back({page, hour, views});
      }
    }
  });
}

}  // namespace pico::api::compat
