#include "channel.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "pico/core/text.hpp"

namespace pico::enrich {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::ranges::find(values, text) != values.end();
}

bool contains_one_of(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

bool is_paid_medium(std::string_view medium) {
  return contains_one_of(medium, {"cp"}) || is_one_of(medium, {"ppc", "retargeting"}) || medium.starts_with("paid");
}

/// `shopping` anywhere, or `shop` where a word begins (`eshop`, `web shop`, not `workshop`).
bool is_shopping_campaign(std::string_view campaign) {
  if (contains_one_of(campaign, {"shopping"})) return true;
  for (auto at = campaign.find("shop"); at != std::string_view::npos; at = campaign.find("shop", at + 1)) {
    if (at == 0) return true;
    const char before = campaign[at - 1];
    if (before < 'a' || before > 'z' || before == 'e') return true;
  }
  return false;
}

bool says_email(std::string_view text) {
  return contains_one_of(text, {"email", "e-mail", "e_mail", "e mail", "newsletter"});
}

bool is_social_medium(std::string_view medium) {
  return is_one_of(medium, {"social", "social-network", "social-media", "sm", "social network", "social media"});
}

struct Facts {
  explicit Facts(const ChannelInput& input)
      : in(input),
        paid_medium(is_paid_medium(input.medium)),
        paid(paid_medium || input.paid_tag),
        shopping(input.source.category == Category::shopping || is_shopping_campaign(input.campaign)) {}
  [[nodiscard]] bool is(Category category) const { return in.source.category == category; }

  const ChannelInput& in;
  bool paid_medium, paid, shopping;
};

struct Rule {
  std::string_view channel;
  bool (*fits)(const Facts&);
};

// The order is part of the definition: the first that fits wins.
constexpr std::array<Rule, 18> rules = {{
    {"Cross-network", [](const Facts& f) { return contains_one_of(f.in.campaign, {"cross-network"}); }},
    {"Display",
     [](const Facts& f) {
       return is_one_of(f.in.medium, {"display", "banner", "expandable", "interstitial", "cpm"});
     }},
    {"Paid Shopping", [](const Facts& f) { return f.shopping && f.paid_medium; }},
    {"Paid Search",
     [](const Facts& f) {
       return (f.is(Category::search) && f.paid) || (f.in.source.name == "Google" && f.in.click_id == "gclid") ||
              (f.in.source.name == "Bing" && f.in.click_id == "msclkid");
     }},
    {"Paid Social", [](const Facts& f) { return f.is(Category::social) && f.paid; }},
    {"Paid Video", [](const Facts& f) { return f.is(Category::video) && f.paid; }},
    {"Paid Other", [](const Facts& f) { return f.paid_medium; }},
    {"Organic Shopping", [](const Facts& f) { return f.shopping; }},
    {"Organic Social", [](const Facts& f) { return f.is(Category::social) || is_social_medium(f.in.medium); }},
    {"Organic Video", [](const Facts& f) { return f.is(Category::video) || contains_one_of(f.in.medium, {"video"}); }},
    {"AI Assistants", [](const Facts& f) { return f.is(Category::ai); }},
    {"Organic Search", [](const Facts& f) { return f.is(Category::search) || f.in.medium == "organic"; }},
    {"Email", [](const Facts& f) { return f.is(Category::email) || says_email(f.in.tag) || says_email(f.in.medium); }},
    {"Affiliates", [](const Facts& f) { return f.in.medium == "affiliate"; }},
    {"Audio", [](const Facts& f) { return f.in.medium == "audio"; }},
    {"SMS", [](const Facts& f) { return f.in.tag == "sms" || f.in.medium == "sms"; }},
    {"Mobile Push Notifications",
     [](const Facts& f) {
       return f.in.medium.ends_with("push") || contains_one_of(f.in.medium, {"mobile", "notification"}) ||
              equals_ignore_case(f.in.source.name, "firebase");
     }},
    {"Referral",
     [](const Facts& f) {
       return is_one_of(f.in.medium, {"referral", "app", "link"}) || !f.in.source.name.empty();
     }},
}};

}  // namespace

std::string_view channel_of(const ChannelInput& input) {
  const Facts facts(input);
  const auto rule = std::ranges::find_if(rules, [&facts](const Rule& r) { return r.fits(facts); });
  return rule == rules.end() ? "Direct" : rule->channel;
}

}  // namespace pico::enrich
