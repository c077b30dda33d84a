#include "item_event.hpp"

#include <algorithm>

#include "names.hpp"
#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/enrich/caller.hpp"
#include "pico/event/limits.hpp"
#include "pico/writer/validity.hpp"
#include "platform.hpp"
#include "time_format.hpp"

namespace pico::api::micro_analytics {
namespace {

namespace limits = event::limits;

std::string first_language(std::string_view accept_language) {
  return clean_text(trim(accept_language.substr(0, accept_language.find_first_of(",;"))), limits::word);
}

/// The referrer of the visit that the item belongs to. What the caller calls the domain goes before the header.
std::string referrer_of(const Item& item) {
  if (item.referer_domain.empty() || item.referer_domain == referer_domain(item.referer)) return clean_text(item.referer, limits::referrer);
  return clean_text("https://" + item.referer_domain + "/", limits::referrer);
}

}  // namespace

PageviewNames::PageviewNames(std::vector<std::string> names) : names_(std::move(names)) {}

bool PageviewNames::contains(std::string_view event) const {
  return event.empty() || std::ranges::find(names_, event) != names_.end();
}

ItemTime time_of(const Item& item, Instant now, bool strict) {
  if (item.time.empty()) return {now, false, {}};
  const auto at = parse_time(item.time);
  if (!at && strict)
    return {now, false, Fault{"InvalidTimeFormat", "time must be RFC 3339 (2015-11-20T12:00:00Z), RFC 1123 or seconds since 1970 as text"}};
  if (!at) return {now, true, {}};
  if (is_not_given(*at)) return {now, false, {}};
  if (*at < writer::oldest_day || *at >= now + writer::furthest_ahead) return {now, false, time_out_of_range()};
  return {*at, false, {}};
}

Sent read_item(const Item& item, std::string_view site, const ItemTime& time, const PageviewNames& pageviews) {
  Sent sent;
  sent.name = clean_text(trim(item.event), limits::event_name);
  sent.platform = item.platform.empty() ? std::string(platform_of(item.user_agent)) : clean_text(item.platform, limits::word);
  sent.referer_domain = item.referer_domain.empty() ? referer_domain(item.referer) : clean_text(item.referer_domain, limits::word);
  sent.country = country_of(item.country_code);
  sent.has_user_agent = !trim(item.user_agent).empty();
  sent.time_replaced = time.replaced;
  auto caller = enrich::caller_of(item.ip);
  sent.caller = std::move(caller.text);

  auto& raw = sent.raw;
  raw.kind = pageviews.contains(sent.name) ? event::Kind::visit : event::Kind::custom;
  if (raw.kind == event::Kind::custom) raw.name = sent.name;
  raw.received_at = time.at;
  raw.domain = raw.hostname = site;
  raw.path = clean_text(item.path, limits::path);
  raw.referrer = referrer_of(item);
  raw.language = first_language(item.accept_language);
  raw.client_ip = caller.address;
  raw.user_agent = clean_text(item.user_agent, limits::user_agent);
  return sent;
}

}  // namespace pico::api::micro_analytics
