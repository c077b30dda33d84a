#include "intake.hpp"

#include <algorithm>

#include "names.hpp"
#include "pico/core/text.hpp"
#include "pico/enrich/caller.hpp"
#include "pico/writer/validity.hpp"
#include "platform.hpp"

namespace pico::api::micro_analytics {
namespace {

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

bool is_letters(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

Intake::Intake(const MicroInsertOptions& options, std::shared_ptr<enrich::Knowledge> knowledge, const enrich::Salts& salts, const enrich::Sites& sites,
               const Clock& clock)
    : options_(options), pageviews_(options.pageviews), enricher_(std::move(knowledge), salts, sites), sites_(sites), clock_(clock) {}

std::optional<Fault> Intake::take(const Item& item, std::string_view site, Unreadable unreadable, Spool& spool_into, bool& replaced) {
  if (!options_.make_sites && !sites_.contains(site))
    return not_listed();
  const auto now = clock_.now();
  auto time = time_of(item, now, unreadable == Unreadable::refuse);
  if (time.fault) return std::move(time.fault);
  replaced = time.replaced;
  return spool(read_item(item, site, time, pageviews_), site, now, spool_into);
}

std::optional<Fault> Intake::spool(const Sent& sent, std::string_view site, Instant now, Spool& into) {
  auto enriched = enricher_.enrich_past(sent.raw, options_.past_key);
  // The salts of coming days are made some hours ahead.
  if (!enriched && sent.raw.received_at > now) return time_out_of_range();
  if (!enriched) return Fault{"InternalError", "there is no salt for the day of a visit: Postgres has been away; try again", 503};
  if (enriched->day < writer::oldest_day) return time_out_of_range();
  // Who hands in no User-Agent says nothing of who came; a browser that sends none is another matter.
  if (!sent.has_user_agent) {
    enriched->bot = event::Bot::no;
    enriched->device = device_of(sent.platform);
  }
  auto country = to_lower_ascii(enriched->location.country);
  const auto given = to_upper(sent.country);
  if (country.empty()) {
    country = sent.country;
    if (is_letters(country)) enriched->location.country = given;
  }
  const auto who = options_.unique_by_day ? static_cast<std::int64_t>(enriched->visitor_id) : enrich::caller_id(options_.caller_key, site, sent.caller);
  const std::string_view ip = sites_.stores_ip(site) ? std::string_view(sent.caller) : std::string_view();
  const auto added = into.add({*enriched, writer::MicroFields{sent.name, sent.platform, sent.referer_domain, country, who, ip}});
  if (!added) return Fault{"InternalError", "nothing was inserted: " + added.error().message, added.error().code == Errc::unavailable ? 503u : 500u};
  return std::nullopt;
}

}  // namespace pico::api::micro_analytics
