#include "campaign.hpp"

#include <algorithm>

#include "pico/core/text.hpp"
#include "pico/core/url.hpp"
#include "pico/event/limits.hpp"

namespace pico::enrich {
namespace {

enum Parameter { utm_source, source, ref, utm_medium, utm_campaign, utm_content, utm_term, parameter_count };
constexpr std::array<std::string_view, parameter_count> parameter_names = {"utm_source",   "source",      "ref",     "utm_medium",
                                                                           "utm_campaign", "utm_content", "utm_term"};

// In the order in which they are looked for.
constexpr std::array<std::string_view, 6> click_ids = {"gclid", "gbraid", "wbraid", "msclkid", "fbclid", "twclid"};

/// What the query has of the above, still encoded. The first non-empty value of a name counts.
struct Found {
  std::array<std::string_view, parameter_count> values;
  std::size_t click_id = click_ids.size();
};

Found scan(std::string_view query) {
  Found found;
  for_each_query_pair(query, [&found](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (const auto parameter = std::ranges::find(parameter_names, name); parameter != parameter_names.end()) {
      auto& slot = found.values[static_cast<std::size_t>(parameter - parameter_names.begin())];
      if (slot.empty()) slot = value;
    } else if (const auto id = std::ranges::find(click_ids, name); id != click_ids.end()) {
      found.click_id = std::min(found.click_id, static_cast<std::size_t>(id - click_ids.begin()));
    }
  });
  return found;
}

/// Decoding can bring forth what the check of the whole event could not see: control characters and broken UTF-8.
std::string_view decode(std::string_view value, std::string& scratch) {
  if (value.find_first_of("%+") == std::string_view::npos && value.size() <= event::limits::word) return value;
  scratch = clean_text(percent_decode(value, true), event::limits::word);
  return scratch;
}

std::string_view first_of(std::string_view a, std::string_view b) {
  return a.empty() ? b : a;
}

}  // namespace

Campaign CampaignReader::read(const event::Raw& raw) {
  static_assert(std::tuple_size_v<decltype(decoded_)> == parameter_count);
  Campaign campaign{raw.utm_source, raw.utm_medium, raw.utm_campaign, raw.utm_content, raw.utm_term, {}};
  if (raw.query.empty()) return campaign;
  const auto found = scan(raw.query);
  const auto value = [&](Parameter parameter) { return decode(found.values[parameter], decoded_[parameter]); };
  for (const auto parameter : {utm_source, source, ref}) campaign.tag = first_of(campaign.tag, value(parameter));
  campaign.medium = first_of(campaign.medium, value(utm_medium));
  campaign.campaign = first_of(campaign.campaign, value(utm_campaign));
  campaign.content = first_of(campaign.content, value(utm_content));
  campaign.term = first_of(campaign.term, value(utm_term));
  if (found.click_id < click_ids.size()) campaign.click_id = click_ids[found.click_id];
  return campaign;
}

}  // namespace pico::enrich
